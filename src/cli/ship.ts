import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseTimestamp } from '../codec/timestamp.js';
import { openStorage } from '../collector/open-storage.js';
import { TelemetryError, toError } from '../model/errors.js';
import type { TelemetryStorage } from '../model/storage.js';
import { parseHeaders } from '../otlp/config/endpoint.js';
import type { OtlpProtocol } from '../otlp/config/settings.js';
import type { LedgerFigures } from '../pipeline/counters.js';
import { shipTelemetry } from '../setup/on-demand.js';
import type { ShipProgress, ShipSummary } from '../ship/options.js';
import { type Command, parse, tokenOf, wholeNumber } from './command.js';
import { duration, grouped, size } from './format.js';
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
  --resource KEY=VALUE an attribute of the resource of items that tell none, such as service.name=shop
  --from TIME          items of this time and later, such as 2026-11-01 or 2026-11-01T12:00:00Z
  --until TIME         items of this time and earlier
  --follow             wait for more at the end, also when the file is rotated, until SIGINT or SIGTERM
  --checkpoint FILE    where to note what was delivered, so that the next run goes on there;
                       default: FILE.ship beside the first file, rimp.ship for a storage; "none": nowhere
  --restart            begin anew, whatever the checkpoint says
  --give-up SECONDS    end when nothing was delivered for so long; default: wait for ever
  --dry-run            read and count, send nothing
  -h, --help           print this

Events keep their ids, as log.record.uid, and all items their times. Everything is delivered at least once: after a crash
a little may come twice. It needs @opentelemetry/otlp-transformer, which every OTLP exporter brings along.

Exit status: 0 everything was delivered, 1 something was not, 2 wrong usage, 130 ended by a signal.
`;

/** How often progress is told where nobody watches. */
const PLAIN_MILLIS = 5_000;

/** How often the same warning is written. */
const NOTE_MILLIS = 30_000;

/** `rimp ship`. */
export const ship: Command = {
  name: 'ship',
  summary: 'sends files and storages of RIMP to an OTLP endpoint',
  optionNames: { 'otlp.endpoint': '--to', 'otlp.protocol': '--protocol', storagePath: '--storage' },
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
    if (files.length === 0 && values.storage === undefined) return usage('expected a FILE, or --storage');
    if (values.to === undefined && !isEndpointKnown() && values['dry-run'] !== true)
      return usage('expected --to URL, or OTEL_EXPORTER_OTLP_ENDPOINT');
    const [startTime, endTime] = [timeOf('from', values.from), timeOf('until', values.until)];
    if (startTime !== undefined && endTime !== undefined && startTime > endTime)
      return usage(`expected --from to be before --until, got ${values.from} and ${values.until}`);
    const token = tokenOf(values['token-file']);
    const shown = new Display(process.stderr);
    const { signal, release } = untilSignal();
    const storage = values.storage === undefined ? undefined : storageOf(values.storage, values['table-prefix']);
    try {
      const summary = await shipTelemetry({
        files,
        storage,
        to: values.to,
        headers: {
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
          ...pairsOf('header', values.header),
        },
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
      process.stdout.write(render(summary, values['dry-run'] === true));
      if (signal.aborted && values.follow !== true) return 130;
      if (summary.events + summary.metrics === 0 && Object.keys(summary.unreadable).length > 0) {
        process.stderr.write('rimp ship: no line of it is one of RIMP\n');
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

function usage(message: string): number {
  process.stderr.write(`rimp ship: ${message}\nrimp ship --help tells what it takes.\n`);
  return 2;
}

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

function pairsOf(name: string, texts: readonly string[] | undefined): Record<string, string> | undefined {
  if (texts === undefined) return undefined;
  for (const text of texts) {
    if (text.indexOf('=') > 0) continue;
    throw new TelemetryError('RIMP_INVALID_ARGUMENT', `ship: expected --${name} to be NAME=VALUE, got "${text}"`);
  }
  return Object.assign({}, ...texts.map(parseHeaders)) as Record<string, string>;
}

/** Progress on a terminal as a line that changes, elsewhere as lines. */
class Display {
  readonly #stream: NodeJS.WriteStream;
  readonly #isTerminal: boolean;
  #last: ShipProgress | undefined;
  #toldAt = performance.now();
  #isOpen = false;
  #gist = '';
  #notedAt = 0;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
    this.#isTerminal = stream.isTTY === true;
  }

  progress(progress: ShipProgress): void {
    this.#last = progress;
    if (this.#isTerminal) {
      this.#stream.write(`\r\u001b[K${line(progress)}`);
      this.#isOpen = true;
    } else if (performance.now() - this.#toldAt >= PLAIN_MILLIS) {
      this.#toldAt = performance.now();
      this.#stream.write(`${line(progress)}\n`);
    }
  }

  note(text: string): void {
    // both signals go to one endpoint, again and again: it is told at most each 30 s, and when it is something else
    const gist = text.replace(/\/v1\/\w+/g, '').replace(/\d+ items/, 'items');
    const now = performance.now();
    if (gist === this.#gist && now - this.#notedAt < NOTE_MILLIS) return;
    this.#gist = gist;
    this.#notedAt = now;
    if (this.#isTerminal && this.#isOpen) this.#stream.write('\r\u001b[K');
    this.#stream.write(`rimp ship: ${text}\n`);
    if (this.#isTerminal && this.#last !== undefined) this.progress(this.#last);
  }

  end(): void {
    if (this.#isOpen) this.#stream.write('\n');
    this.#isOpen = false;
  }
}

function line({ events, metrics, settled, bytesRead, totalBytes, seconds }: ShipProgress): string {
  const time = Math.max(seconds, 0.001);
  const parts = [
    `${grouped(settled)} items`,
    size(bytesRead),
    `${grouped(settled / time)} items/s`,
    `${(bytesRead / time / 1e6).toFixed(1)} MB/s`,
  ];
  if (totalBytes !== undefined && totalBytes > 0) {
    // what was read is not yet delivered
    const part = Math.min(1, bytesRead / totalBytes) * (events + metrics > 0 ? settled / (events + metrics) : 1);
    parts.push(`${(part * 100).toFixed(0)} %`);
    if (part > 0 && part < 1) parts.push(`ETA ${duration((time / part) * (1 - part))}`);
  }
  return parts.join('  ');
}

function isWhole({ complete, logs, points }: ShipSummary, isFollowing: boolean): boolean {
  const isLost = [logs, points].some(({ dropped }) => Object.keys(dropped).length > 0);
  return !isLost && (complete || (isFollowing && logs.queued + points.queued === 0));
}

function render(summary: ShipSummary, isDry: boolean): string {
  const { events, metrics, folded, unreadable, seconds, bytesRead, logs, points, bytesSent } = summary;
  const rows = [
    `read       ${grouped(events)} events, ${grouped(metrics)} metrics${bytesRead > 0 ? `, ${size(bytesRead)}` : ''} in ${seconds.toFixed(1)} s`,
  ];
  if (isDry) rows.push('sent       nothing: a dry run');
  else rows.push(books('logs', logs), books('points', points), `sent       ${size(bytesSent)} of OTLP`);
  if (folded > 0) rows.push(`folded     ${grouped(folded)} parts of histograms, which went with their counts`);
  for (const [reason, count] of Object.entries(unreadable)) rows.push(`unreadable ${grouped(count)} lines: ${reason}`);
  return `${rows.join('\n')}\n`;
}

function books(name: string, { accepted, delivered, queued, dropped }: LedgerFigures): string {
  const lost = Object.entries(dropped).map(([reason, count]) => `, ${grouped(count)} ${reason}`);
  return `${name.padEnd(10)} ${grouped(accepted)} accepted = ${grouped(delivered)} delivered, ${grouped(queued)} waiting${lost.join('')}`;
}
