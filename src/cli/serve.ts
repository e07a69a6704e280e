import { DiagLogLevel, diag } from '@opentelemetry/api';
import { TelemetryCollector } from '../collector/collector.js';
import { TelemetryError } from '../model/errors.js';
import type { OtlpReceiver } from '../receiver/otlp-receiver.js';
import { createOtlpReceiver } from '../setup/on-demand.js';
import { type Command, parse, tokenOf, wholeNumber } from './command.js';
import { checkStorage } from './doctor/check-places.js';
import { grouped } from './format.js';
import { err, out } from './output.js';
import { printData } from './print.js';
import { untilSignal } from './until-signal.js';

const HELP = `rimp serve: receives OTLP over HTTP, and keeps it

Usage: rimp serve [OPTION…]

  --port N             default: 4318, 0 for any that is free
  --host ADDRESS       default: 127.0.0.1, which other machines can't reach; others should need a token
  --allow-host NAME    a name that requests may have as their Host on loopback, beside addresses, localhost and names
                       without a dot; may be given more than once
  --token-file FILE    requests need "Authorization: Bearer …" with the token in this file; default: RIMP_TOKEN, if set
  --storage PATH       a file of JSON lines, of SQLite with --backend database, or a postgres:// URL;
                       default: RIMP_STORAGE_PATH, else telemetry.jsonl
  --backend NAME       file, database or memory; default: as the storage's path says
  --rotate-bytes N     close the file and begin another one beyond so many bytes; closed ones are compressed
  --keep-files N       how many closed files stay; default: all
  --print              print each event and metric as it is stored, a line each; lines that nobody reads are left out
  --max-body-bytes N   the largest request; default: 8388608
  -h, --help           print this

It takes logs and metrics at /v1/logs and /v1/metrics, in protobuf and JSON, gzip or not; a request is answered when what
is in it is stored. Spans at /v1/traces are taken, counted and not kept. Point an exporter to it with
OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318

SIGINT and SIGTERM end it: what is under way is answered and stored before. A second signal ends it at once.

Exit status: 0 it was ended and everything is stored, 1 something is lost or it couldn't start, 2 wrong usage.
`;

const SHUTDOWN_TIMEOUT_MILLIS = 10_000;
const STATUS_MILLIS = 60_000;

/** `rimp serve`. */
export const serve: Command = {
  name: 'serve',
  summary: 'receives OTLP over HTTP, and keeps it in a file or a database',
  optionNames: {
    storageBackend: '--backend',
    storagePath: '--storage',
    'rotation.maxBytes': '--rotate-bytes',
    'retention.maxFiles': '--keep-files',
    port: '--port',
    host: '--host',
    maxBodyBytes: '--max-body-bytes',
    allowedHosts: '--allow-host',
    token: '--token-file',
  },
  async run(args) {
    const parsed = parse('serve', HELP, args, {
      options: {
        port: { type: 'string' },
        host: { type: 'string' },
        'allow-host': { type: 'string', multiple: true },
        'token-file': { type: 'string' },
        storage: { type: 'string' },
        backend: { type: 'string' },
        'rotate-bytes': { type: 'string' },
        'keep-files': { type: 'string' },
        print: { type: 'boolean' },
        'max-body-bytes': { type: 'string' },
      },
    });
    if (typeof parsed === 'number') return parsed;
    const { values } = parsed;
    const log = (message: string): void => err.message(`rimp serve: ${message}`);
    const logger = { error: log, warn: log, info: log, debug: log, verbose: log };
    diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
    const port = wholeNumber('port', values.port) ?? 4318;
    const collector = collectorOf(values);
    const token = tokenOf(values['token-file']);
    let receiver: OtlpReceiver;
    try {
      // a driver that is missing, a server that is not there: better now than with the first request
      await collector.storage.retrieve({ limit: 1, order: 'desc' });
      receiver = await createOtlpReceiver({
        collector,
        port,
        host: values.host,
        allowedHosts: values['allow-host'],
        token,
        maxBodyBytes: wholeNumber('max-body-bytes', values['max-body-bytes']),
      });
    } catch (error) {
      await collector.shutdown();
      throw error;
    }
    if (values.print === true) collector.addListener((data) => printData(out, data));
    err.line(`rimp serve: OTLP at ${receiver.url}, kept in ${collector.storage.location ?? 'memory'}`);
    if (values.host !== undefined && !isLoopback(values.host) && token === undefined)
      err.line('rimp serve: warning: other machines can send to it without a token');
    const status = setInterval(() => showStatus(receiver, collector), STATUS_MILLIS);
    const { signal } = untilSignal();
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    clearInterval(status);
    await receiver.shutdown({ timeoutMillis: SHUTDOWN_TIMEOUT_MILLIS });
    const { complete, errors } = await collector.shutdown({ timeoutMillis: SHUTDOWN_TIMEOUT_MILLIS });
    showStatus(receiver, collector);
    for (const error of errors) err.message(`rimp serve: ${error.message}`);
    return complete && lostBy(collector).length === 0 ? 0 : 1;
  },
};

type Values = Readonly<Partial<Record<'storage' | 'backend' | 'rotate-bytes' | 'keep-files', string>>>;

function collectorOf(values: Values): TelemetryCollector {
  const storagePath = values.storage ?? process.env.RIMP_STORAGE_PATH ?? 'telemetry.jsonl';
  const guessed = /^postgres(?:ql)?:|\.(?:db|sqlite3?)$/.test(storagePath) ? 'database' : 'file';
  const storageBackend = values.backend ?? guessed;
  if (storageBackend !== 'memory') {
    const { level, what } = checkStorage(storagePath, process.cwd());
    if (level === 'error') throw new TelemetryError('RIMP_INVALID_ARGUMENT', `serve: ${what}`);
  }
  const maxBytes = wholeNumber('rotate-bytes', values['rotate-bytes']);
  const maxFiles = wholeNumber('keep-files', values['keep-files']);
  checkContradictions(values, storageBackend);
  return new TelemetryCollector(
    {
      storageBackend: storageBackend as 'file',
      ...(storageBackend !== 'memory' && { storagePath }),
      bufferSize: 1_000,
    },
    {
      resourceAttributes: 'all',
      storageOptions: {
        ...(maxBytes !== undefined && { rotation: { maxBytes }, compression: 'gzip' as const }),
        ...(maxFiles !== undefined && { retention: { maxFiles } }),
      },
    },
  );
}

/** @throws TelemetryError `RIMP_INVALID_ARGUMENT` if options were given that the storage has no use for. */
function checkContradictions(values: Values, storageBackend: string): void {
  const ofFiles = (['rotate-bytes', 'keep-files'] as const).find((name) => values[name] !== undefined);
  if (ofFiles !== undefined && storageBackend !== 'file' && ['database', 'memory'].includes(storageBackend))
    throw new TelemetryError(
      'RIMP_INVALID_ARGUMENT',
      `serve: expected --${ofFiles} with files, got a ${storageBackend}`,
    );
  if (storageBackend === 'memory' && values.storage !== undefined)
    throw new TelemetryError('RIMP_INVALID_ARGUMENT', 'serve: expected --storage or --backend memory, got both');
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}

function showStatus({ figures }: OtlpReceiver, collector: TelemetryCollector): void {
  const { delivered, queued } = collector.health();
  const lost = lostBy(collector).map(([reason, count]) => `, ${grouped(count)} lost (${reason})`);
  const bad = (figures.logs.dropped.not_readable ?? 0) + (figures.metrics.dropped.not_readable ?? 0);
  err.line(
    `rimp serve: ${grouped(figures.logs.delivered)} log records, ${grouped(figures.metrics.delivered)} metric points, ` +
      `${grouped(figures.traces.accepted)} spans (not kept); ${grouped(delivered)} items stored, ${grouped(queued)} waiting` +
      `${bad > 0 ? `, ${grouped(bad)} not readable` : ''}${lost.join('')}` +
      `${out.dropped > 0 ? `; ${grouped(out.dropped)} printed lines that nobody read` : ''}`,
  );
}

/** What is lost; what was returned to its sender is not: it is there still. */
function lostBy(collector: TelemetryCollector): [reason: string, count: number][] {
  return Object.entries(collector.health().dropped).filter(([reason]) => reason !== 'returned');
}
