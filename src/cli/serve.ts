import { DiagLogLevel, diag } from '@opentelemetry/api';
import { Option } from 'commander';
import { TelemetryCollector } from '../collector/collector.js';
import { databaseOfUrl } from '../model/database-url.js';
import type { OtlpReceiver } from '../receiver/otlp-receiver.js';
import { createLiveView, type LiveView } from '../setup/live-view.js';
import { createOtlpReceiver } from '../setup/on-demand.js';
import { defineCommand } from './command.js';
import { checkStorage } from './doctor/check-storage.js';
import { grouped } from './format.js';
import { err, out } from './output/output.js';
import { printData } from './print.js';
import { untilSignal } from './until-signal.js';
import { collect, tokenOf, UsageError, valueOf, wholeNumber } from './values.js';

const NOTES = `
It takes logs, metrics and traces at /v1/logs, /v1/metrics and /v1/traces, in protobuf and JSON, gzip or not; a request
is answered when what is in it is stored. A span is kept as an event with a duration. Point an exporter to it with
OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318

What it keeps is read at /api/events, /api/metrics and /api/items, and by rimp query, tail, stats, diff and convert with
its address as SOURCE.

--host: other machines can't reach 127.0.0.1; other addresses should need a token.
--storage: a file of JSON lines, of SQLite with --backend database, or a postgres:// or clickhouse:// URL.
--print: lines that nobody reads are left out, and counted.

SIGINT and SIGTERM end it: what is under way is answered and stored before. A second signal ends it at once.

Exit status: 0 it was ended and everything is stored, 1 something is lost or it couldn't start, 2 wrong usage.
`;

const SHUTDOWN_TIMEOUT_MILLIS = 10_000;
const STATUS_MILLIS = 60_000;

interface ServeValues {
  readonly port?: number;
  readonly host?: string;
  readonly allowHost?: readonly string[];
  readonly tokenFile?: string;
  readonly storage?: string;
  readonly backend?: string;
  readonly rotateBytes?: number;
  readonly keepFiles?: number;
  readonly print?: boolean;
  readonly maxBodyBytes?: number;
}

/** `rimp serve`. */
export const serve = defineCommand<ServeValues>({
  name: 'serve',
  title: 'receives OTLP over HTTP, and keeps it',
  examples: [
    ['rimp serve --print', 'keep what comes to port 4318 in telemetry.jsonl, and print it'],
    ['rimp serve --storage telemetry.db', 'keep it in SQLite'],
    ['rimp serve --rotate-bytes 100000000 --keep-files 10', 'begin a file at 100 MB, keep ten closed ones'],
  ],
  usage: '[OPTION…]',
  notes: NOTES,
  failureStatus: 1,
  describe: (parser) =>
    parser
      .option('--port <N>', 'default: 4318, 0 for any that is free', valueOf(['--port'], wholeNumber))
      .option('--host <ADDRESS>', 'default: 127.0.0.1')
      .option(
        '--allow-host <NAME>',
        'a name that requests may have as their Host on loopback, beside addresses, localhost and names without a dot; may be repeated',
        collect(['--allow-host']),
      )
      .option(
        '--token-file <FILE>',
        'requests need "Authorization: Bearer …" with the token in this file; default: RIMP_TOKEN, if set',
      )
      .option('--storage <PATH>', 'default: RIMP_STORAGE_PATH, else telemetry.jsonl')
      .addOption(
        new Option('--backend <NAME>', "default: as the storage's path says").choices(['file', 'database', 'memory']),
      )
      .option(
        '--rotate-bytes <N>',
        'close the file and begin another one beyond so many bytes; closed ones are compressed',
        valueOf(['--rotate-bytes'], wholeNumber),
      )
      .option('--keep-files <N>', 'how many closed files stay; default: all', valueOf(['--keep-files'], wholeNumber))
      .option('--print', 'print each event and metric as it is stored, a line each')
      .option(
        '--max-body-bytes <N>',
        'the largest request; default: 8388608',
        valueOf(['--max-body-bytes'], wholeNumber),
      ),
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
  async run(values) {
    const log = (message: string): void => err.message(`rimp serve: ${message}`);
    const logger = { error: log, warn: log, info: log, debug: log, verbose: log };
    diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
    const port = values.port ?? 4318;
    const collector = await collectorOf(values);
    const token = tokenOf(values.tokenFile);
    let receiver: OtlpReceiver;
    let view: LiveView | undefined;
    try {
      // a driver that is missing, a server that is not there: better now than with the first request
      await collector.storage.retrieve({ limit: 1, order: 'desc' });
      receiver = await createOtlpReceiver({
        collector,
        port,
        host: values.host,
        allowedHosts: values.allowHost,
        token,
        view: (request, response) => {
          if (view === undefined) response.writeHead(503).end();
          else view(request, response);
        },
        maxBodyBytes: values.maxBodyBytes,
      });
      view = createLiveView(collector, { token, allowedHosts: values.allowHost, endpoint: receiver.url });
    } catch (error) {
      await collector.shutdown();
      throw error;
    }
    if (values.print === true) collector.addListener((data) => printData(out, data));
    err.line(`rimp serve: OTLP at ${receiver.url}, kept in ${collector.storage.location ?? 'memory'}`);
    if (values.host !== undefined && !isLoopback(values.host) && token === undefined)
      err.line('rimp serve: warning: other machines can send to it, and read what it keeps, without a token');
    const status = setInterval(() => showStatus(receiver, collector), STATUS_MILLIS);
    const { signal } = untilSignal();
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    clearInterval(status);
    view.close();
    await receiver.shutdown({ timeoutMillis: SHUTDOWN_TIMEOUT_MILLIS });
    const { complete, errors } = await collector.shutdown({ timeoutMillis: SHUTDOWN_TIMEOUT_MILLIS });
    showStatus(receiver, collector);
    for (const error of errors) err.message(`rimp serve: ${error.message}`);
    return complete && lostBy(collector).length === 0 ? 0 : 1;
  },
});

async function collectorOf(values: ServeValues): Promise<TelemetryCollector> {
  const storagePath = values.storage ?? process.env.RIMP_STORAGE_PATH ?? 'telemetry.jsonl';
  const guessed =
    databaseOfUrl(storagePath) !== undefined || /\.(?:db|sqlite3?)$/.test(storagePath) ? 'database' : 'file';
  const storageBackend = values.backend ?? guessed;
  // a database is asked by the first query
  if (storageBackend === 'file' && !storagePath.includes('://')) {
    const { level, what } = await checkStorage(storagePath, { RIMP_STORAGE_BACKEND: storageBackend });
    if (level === 'error') throw new UsageError(what);
  }
  const { rotateBytes: maxBytes, keepFiles: maxFiles } = values;
  checkContradictions(values, storageBackend);
  return new TelemetryCollector(
    {
      storageBackend: storageBackend as 'file',
      ...(storageBackend !== 'memory' && { storagePath }),
      bufferSize: 1_000,
    },
    {
      includeResource: 'all',
      storageOptions: {
        ...(maxBytes !== undefined && { rotation: { maxBytes }, compression: 'gzip' as const }),
        ...(maxFiles !== undefined && { retention: { maxFiles } }),
      },
    },
  );
}

/** @throws UsageError if options were given that the storage has no use for. */
function checkContradictions(values: ServeValues, storageBackend: string): void {
  const ofFiles = values.rotateBytes === undefined ? '--keep-files' : '--rotate-bytes';
  if (storageBackend !== 'file' && (values.rotateBytes ?? values.keepFiles) !== undefined)
    throw new UsageError(`expected ${ofFiles} with files, got a ${storageBackend}`);
  if (storageBackend === 'memory' && values.storage !== undefined)
    throw new UsageError('expected --storage or --backend memory, got both');
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}

function showStatus({ figures }: OtlpReceiver, collector: TelemetryCollector): void {
  const { delivered, queued } = collector.health();
  const lost = lostBy(collector).map(([reason, count]) => `, ${grouped(count)} lost (${reason})`);
  const bad = Object.values(figures).reduce((sum, { dropped }) => sum + (dropped.not_readable ?? 0), 0);
  err.line(
    `rimp serve: ${grouped(figures.logs.delivered)} log records, ${grouped(figures.metrics.delivered)} metric points, ` +
      `${grouped(figures.traces.delivered)} spans; ${grouped(delivered)} items stored, ${grouped(queued)} waiting` +
      `${bad > 0 ? `, ${grouped(bad)} not readable` : ''}${lost.join('')}` +
      `${out.dropped > 0 ? `; ${grouped(out.dropped)} printed lines that nobody read` : ''}`,
  );
}

/** What is lost; what was returned to its sender is not: it is there still. */
function lostBy(collector: TelemetryCollector): [reason: string, count: number][] {
  return Object.entries(collector.health().dropped).filter(([reason]) => reason !== 'returned');
}
