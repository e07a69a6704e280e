import { existsSync } from 'node:fs';
import { validateHeaderName, validateHeaderValue } from 'node:http';
import { resolve } from 'node:path';
import { parseTimestamp } from '../codec/timestamp.js';
import { openStorage } from '../collector/open-storage.js';
import { TelemetryError, toError } from '../model/errors.js';
import type { TelemetryStorage } from '../model/storage.js';
import type { OtlpProtocol } from '../otlp/config/settings.js';
import { shipTelemetry } from '../setup/on-demand.js';
import { type Command, parse, tokenOf, usage, wholeNumber } from './command.js';
import { err, out } from './output.js';
import { Display, isWhole, render } from './ship-report.js';
import { untilSignal } from './until-signal.js';

const HELP = `rimp ship: sends what RIMP has kept to an OTLP endpoint

Usage: rimp ship FILE… --to URL [OPTION…]
       rimp ship --storage PATH --to URL [OPTION…]

  FILE                 JSON lines of RIMP, for Python or for Node.js, compressed with gzip or not; the files that rotation
                       closed go along
  --storage PATH       a SQLite file or a postgres:// URL, instead of files
  --table-prefix TEXT  of a database's tables; default: as the storage's
  --to URL             base URL of the receiver, such as http://localhost:4318; default: OTEL_EXPORTER_OTLP_ENDPOINT
  --header NAME=VALUE  of each request, may be given more than once; beside OTEL_EXPORTER_OTLP_HEADERS
  --token-file FILE    send "Authorization: Bearer …" with the token in this file; default: RIMP_TOKEN, if set
  --protocol NAME      http/protobuf or http/json; default: http/protobuf
  --gzip               compress requests
  --resource KEY=VALUE an attribute of the resource of items that have none, such as service.name=shop
  --from TIME          items of this time and later, such as 2026-11-01 or 2026-11-01T12:00:00Z
  --until TIME         items of this time and earlier
  --follow             wait for more at the end, also when the file is rotated, until SIGINT or SIGTERM
  --checkpoint FILE    a file that keeps what was delivered, so that the next run goes on there;
                       default: FILE.ship beside the first file, rimp.ship for a storage; "none": nowhere
  --restart            begin anew, whatever the checkpoint says
  --give-up SECONDS    end when nothing was delivered for so long; default: wait for ever
  --dry-run            read and count, send nothing
  -h, --help           print this

Events keep their ids, as log.record.uid, and all items their times. Everything is delivered at least once: after a crash
a little may come twice. It needs @opentelemetry/otlp-transformer, which every OTLP exporter brings along.

Exit status: 0 everything was delivered, 1 something was not, 2 wrong usage, 130 ended by a signal.
`;

/** `rimp ship`. */
export const ship: Command = {
  name: 'ship',
  summary: 'sends files and storages of RIMP to an OTLP endpoint',
  optionNames: {
    'otlp.endpoint': '--to',
    'otlp.protocol': '--protocol',
    to: '--to',
    storagePath: '--storage',
    tablePrefix: '--table-prefix',
    checkpoint: '--checkpoint',
    giveUpAfterSeconds: '--give-up',
    startTime: '--from',
    endTime: '--until',
    files: 'FILE',
  },
  async run(args) {
    const parsed = parse('ship', HELP, args, {
      allowPositionals: true,
      options: {
        storage: { type: 'string' },
        'table-prefix': { type: 'string' },
        to: { type: 'string' },
        header: { type: 'string', multiple: true },
        'token-file': { type: 'string' },
        protocol: { type: 'string' },
        gzip: { type: 'boolean' },
        resource: { type: 'string', multiple: true },
        from: { type: 'string' },
        until: { type: 'string' },
        follow: { type: 'boolean' },
        checkpoint: { type: 'string' },
        restart: { type: 'boolean' },
        'give-up': { type: 'string' },
        'dry-run': { type: 'boolean' },
      },
    });
    if (typeof parsed === 'number') return parsed;
    const { values, positionals: files } = parsed;
    if (files.length === 0 && values.storage === undefined) return usage('ship', 'expected a FILE, or --storage');
    if (values.to === undefined && !isEndpointKnown() && values['dry-run'] !== true)
      return usage('ship', 'expected --to URL, or OTEL_EXPORTER_OTLP_ENDPOINT');
    const [startTime, endTime] = [timeOf('from', values.from), timeOf('until', values.until)];
    if (startTime !== undefined && endTime !== undefined && startTime > endTime)
      return usage('ship', `expected --from to be before --until, got ${values.from} and ${values.until}`);
    const token = tokenOf(values['token-file']);
    const headers = pairsOf('header', values.header) ?? {};
    checkHeaders(headers);
    const shown = new Display(err);
    const { signal, release } = untilSignal();
    const storage = values.storage === undefined ? undefined : storageOf(values.storage, values['table-prefix']);
    try {
      const summary = await shipTelemetry({
        files,
        storage,
        to: values.to,
        headers: { ...(token !== undefined && { authorization: `Bearer ${token}` }), ...headers },
        protocol: values.protocol as OtlpProtocol | undefined,
        compression: values.gzip === true ? 'gzip' : undefined,
        resource: pairsOf('resource', values.resource),
        startTime,
        endTime,
        follow: values.follow,
        checkpoint: checkpointOf(values.checkpoint, files),
        restart: values.restart,
        giveUpAfterSeconds: wholeNumber('give-up', values['give-up']),
        dryRun: values['dry-run'],
        signal,
        onProgress: (progress) => shown.progress(progress),
        onWarning: (what, error) => shown.note(error === undefined ? what : `${what}: ${toError(error).message}`),
      });
      shown.end();
      shown.resumed(summary);
      out.write(render(summary, values['dry-run'] === true));
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
};

function isEndpointKnown(): boolean {
  const { env } = process;
  return ['', 'LOGS_', 'METRICS_'].some((signal) => env[`OTEL_EXPORTER_OTLP_${signal}ENDPOINT`]?.trim());
}

function storageOf(path: string, tablePrefix: string | undefined): TelemetryStorage {
  if (!path.includes('://') && !existsSync(path))
    throw new TelemetryError('RIMP_INVALID_ARGUMENT', `ship: expected a database, there is none at ${path}`);
  return openStorage(
    { storageBackend: 'database', storagePath: path },
    tablePrefix === undefined ? {} : { tablePrefix },
  );
}

function checkpointOf(given: string | undefined, files: readonly string[]): string | undefined {
  if (given === 'none') return undefined;
  return given ?? (files[0] === undefined ? 'rimp.ship' : `${resolve(files[0])}.ship`);
}

function timeOf(name: string, text: string | undefined): Date | undefined {
  if (text === undefined) return undefined;
  const time = parseTimestamp(text);
  if (time !== undefined) return time.date;
  throw new TelemetryError(
    'RIMP_INVALID_ARGUMENT',
    `ship: expected --${name} to be a time such as 2026-11-01T12:00:00Z, got "${text}"`,
  );
}

/** `NAME=VALUE` pairs, each value as it was given: a comma or a percent sign belongs to it. */
function pairsOf(name: string, texts: readonly string[] | undefined): Record<string, string> | undefined {
  if (texts === undefined) return undefined;
  const pairs = texts.map((text) => {
    const at = text.indexOf('=');
    if (at > 0) return [text.slice(0, at), text.slice(at + 1)] as const;
    throw new TelemetryError('RIMP_INVALID_ARGUMENT', `ship: expected --${name} to be NAME=VALUE, got "${text}"`);
  });
  return Object.fromEntries(pairs);
}

/** @throws TelemetryError `RIMP_INVALID_ARGUMENT` if HTTP has no such header: no request could be sent with it. */
function checkHeaders(headers: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(headers)) {
    try {
      validateHeaderName(name);
      validateHeaderValue(name, value);
    } catch {
      const message = `ship: expected --header to be a name and a value that HTTP allows, got "${name}"`;
      throw new TelemetryError('RIMP_INVALID_ARGUMENT', message);
    }
  }
}
