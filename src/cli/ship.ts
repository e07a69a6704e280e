import { existsSync } from 'node:fs';
import { validateHeaderName, validateHeaderValue } from 'node:http';
import { resolve } from 'node:path';
import { Option } from 'commander';
import { parseTimestamp } from '../codec/timestamp.js';
import { toError } from '../model/errors.js';
import type { TelemetryStorage } from '../model/storage.js';
import type { OtlpProtocol } from '../otlp/config/settings.js';
import { shipTelemetry } from '../setup/on-demand.js';
import { defineCommand } from './command.js';
import { err, out } from './output/output.js';
import { Display, isWhole, render } from './ship-report.js';
import { untilSignal } from './until-signal.js';
import { collect, pair, tokenOf, UsageError, valueOf, wholeNumber } from './values.js';

const NOTES = `
FILE is JSON lines of RIMP, for Python or for Node.js, compressed with gzip or not; the files that rotation closed go
along. Events keep their ids, as log.record.uid, and all items their times; spans are spans again, at /v1/traces.
Everything is delivered at least once: after a crash a little may come twice. It needs @opentelemetry/otlp-transformer,
which every OTLP exporter brings along.

Exit status: 0 everything was delivered, 1 something was not, 2 wrong usage, 130 ended by a signal.
`;

interface ShipValues {
  readonly storage?: string;
  readonly tablePrefix?: string;
  readonly to?: string;
  readonly header?: readonly Pair[];
  readonly tokenFile?: string;
  readonly protocol?: string;
  readonly gzip?: boolean;
  readonly resource?: readonly Pair[];
  readonly from?: Date;
  readonly until?: Date;
  readonly follow?: boolean;
  readonly checkpoint?: string;
  readonly restart?: boolean;
  readonly giveUp?: number;
  readonly dryRun?: boolean;
}

type Pair = readonly [name: string, value: string];

/** `rimp ship`. */
export const ship = defineCommand<ShipValues>({
  name: 'ship',
  title: 'sends what RIMP has kept to an OTLP endpoint',
  examples: [
    ['rimp ship old.jsonl.gz --to http://localhost:4318', 'send a file, with its times'],
    ['rimp ship telemetry.jsonl --to http://localhost:4318 --follow', 'and go on sending what comes'],
    ['rimp ship --storage telemetry.db --to https://otlp.example --token-file token', 'send a database'],
  ],
  usage: 'FILE… --to URL [OPTION…]\n       rimp ship --storage PATH --to URL [OPTION…]',
  notes: NOTES,
  failureStatus: 1,
  describe: (parser) =>
    parser
      .argument('[FILE...]', 'JSON lines of RIMP')
      .option('--storage <PATH>', 'a SQLite file, or a postgres:// or clickhouse:// URL, instead of files')
      .option('--table-prefix <TEXT>', "of a database's tables; default: as the storage's")
      .option('--to <URL>', 'base URL of the receiver; default: OTEL_EXPORTER_OTLP_ENDPOINT')
      .option(
        '--header <NAME=VALUE>',
        'of each request, may be repeated; beside OTEL_EXPORTER_OTLP_HEADERS',
        collect(['--header'], pair),
      )
      .option(
        '--token-file <FILE>',
        'send "Authorization: Bearer …" with the token in this file; default: RIMP_TOKEN, if set',
      )
      .addOption(new Option('--protocol <NAME>', 'default: http/protobuf').choices(['http/protobuf', 'http/json']))
      .option('--gzip', 'compress requests')
      .option(
        '--resource <KEY=VALUE>',
        'an attribute of the resource of items that have none, such as service.name=shop',
        collect(['--resource'], pair),
      )
      .option(
        '--from <TIME>',
        'items of this time and later, such as 2026-11-01 or 2026-11-01T12:00:00Z',
        valueOf(['--from'], timeOf),
      )
      .option('--until <TIME>', 'items of this time and earlier', valueOf(['--until'], timeOf))
      .option('--follow', 'wait for more at the end, also when the file is rotated, until SIGINT or SIGTERM')
      .option(
        '--checkpoint <FILE>',
        'a file that keeps what was delivered, so that the next run goes on there; default: FILE.ship beside the first file, rimp.ship for a storage; "none": nowhere',
      )
      .option('--restart', 'begin anew, whatever the checkpoint says')
      .option(
        '--give-up <SECONDS>',
        'end when nothing was delivered for so long; default: wait for ever',
        valueOf(['--give-up'], wholeNumber),
      )
      .option('--dry-run', 'read and count, send nothing'),
  optionNames: {
    'otlp.endpoint': '--to',
    'otlp.protocol': '--protocol',
    to: '--to',
    url: '--storage',
    path: '--storage',
    tablePrefix: '--table-prefix',
    checkpoint: '--checkpoint',
    giveUpAfterSeconds: '--give-up',
    startTime: '--from',
    endTime: '--until',
    files: 'FILE',
  },
  async run(values, files) {
    const { from: startTime, until: endTime } = values;
    if (files.length === 0 && values.storage === undefined) throw new UsageError('expected a FILE, or --storage');
    if (values.to === undefined && !isEndpointKnown() && values.dryRun !== true)
      throw new UsageError('expected --to URL, or OTEL_EXPORTER_OTLP_ENDPOINT');
    if (startTime !== undefined && endTime !== undefined && startTime > endTime)
      throw new UsageError(
        `expected --from to be before --until, got ${startTime.toISOString()} and ${endTime.toISOString()}`,
      );
    const token = tokenOf(values.tokenFile);
    const headers = Object.fromEntries(values.header ?? []);
    checkHeaders(headers);
    const shown = new Display(err);
    const { signal, release } = untilSignal();
    const storage = values.storage === undefined ? undefined : await storageOf(values.storage, values.tablePrefix);
    try {
      const summary = await shipTelemetry({
        files,
        storage,
        to: values.to,
        headers: { ...(token !== undefined && { authorization: `Bearer ${token}` }), ...headers },
        protocol: values.protocol as OtlpProtocol | undefined,
        compression: values.gzip === true ? 'gzip' : undefined,
        resource: values.resource && Object.fromEntries(values.resource),
        startTime,
        endTime,
        follow: values.follow,
        checkpoint: checkpointOf(values.checkpoint, files),
        restart: values.restart,
        giveUpAfterSeconds: values.giveUp,
        dryRun: values.dryRun,
        signal,
        onProgress: (progress) => shown.progress(progress),
        onWarning: (what, error) => shown.note(error === undefined ? what : `${what}: ${toError(error).message}`),
      });
      shown.end();
      shown.resumed(summary);
      out.write(render(summary, values.dryRun === true));
      if (signal.aborted && values.follow !== true) return 130;
      if (summary.events + summary.metrics === 0 && Object.keys(summary.unreadable).length > 0) {
        err.line('rimp ship: no line of it is one of RIMP');
        return 1;
      }
      return isWhole(summary, values.follow === true) ? 0 : 1;
    } finally {
      shown.end();
      release();
      await storage?.close();
    }
  },
});

function isEndpointKnown(): boolean {
  const { env } = process;
  return ['', 'LOGS_', 'METRICS_'].some((signal) => env[`OTEL_EXPORTER_OTLP_${signal}ENDPOINT`]?.trim());
}

async function storageOf(path: string, tablePrefix: string | undefined): Promise<TelemetryStorage> {
  if (!path.includes('://') && !existsSync(path)) throw new UsageError(`expected a database, there is none at ${path}`);
  const { openDatabase } = await import('./source/open-database.js');
  return openDatabase(path, tablePrefix);
}

function checkpointOf(given: string | undefined, files: readonly string[]): string | undefined {
  if (given === 'none') return undefined;
  return given ?? (files[0] === undefined ? 'rimp.ship' : `${resolve(files[0])}.ship`);
}

function timeOf(text: string, flag: string): Date {
  const time = parseTimestamp(text);
  if (time !== undefined) return time.date;
  throw new UsageError(`expected ${flag} to be a time such as 2026-11-01T12:00:00Z, got "${text}"`);
}

/** @throws UsageError if HTTP has no such header: no request could be sent with it. */
function checkHeaders(headers: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(headers)) {
    try {
      validateHeaderName(name);
      validateHeaderValue(name, value);
    } catch {
      throw new UsageError(`expected --header to be a name and a value that HTTP allows, got "${name}"`);
    }
  }
}
