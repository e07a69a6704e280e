import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import {
  createOtlpReceiver,
  createPrometheusHandler,
  FileStorage,
  MemoryStorage,
  nodeSdkOptions,
  openStorage,
  PostgresStorage,
  RimpMetricReader,
  SqliteStorage,
  shipTelemetry,
  startTelemetry,
  TelemetryCollector,
  TelemetryConfig,
  TelemetryData,
  TelemetryEvent,
  TelemetryMetric,
  TelemetryStream,
} from 'rimp-telemetry';
import * as legacy from 'rimp-telemetry/legacy';

const collector = new TelemetryCollector();
afterAll(() => collector.shutdown());
const path = join(tmpdir(), 'never-made', 'telemetry');
const to = 'http://127.0.0.1:9';
const legacyCollector = new legacy.TelemetryCollector();

interface Row {
  readonly make: (options: never) => unknown;
  /** What has to be there beside. */
  readonly needs?: object;
  /** A misspelt name and the right one. */
  readonly misspelt?: readonly [string, string];
  readonly wrong: object;
}

/** All that takes options. */
const TABLE: Record<string, Row> = {
  'the configuration': {
    make: (o) => new TelemetryCollector(o),
    misspelt: ['bufersize', 'bufferSize'],
    wrong: { bufferSize: '5' },
  },
  TelemetryConfig: {
    make: (o) => new TelemetryConfig(o).validate(),
    misspelt: ['flushIntervall', 'flushInterval'],
    wrong: { enabled: 'yes' },
  },
  TelemetryCollector: {
    make: (o) => new TelemetryCollector({}, o),
    misspelt: ['maxQueueSizes', 'maxQueueSize'],
    wrong: { maxQueueSize: 0 },
  },
  createPrometheusHandler: {
    make: (o) => createPrometheusHandler(collector, o),
    misspelt: ['maxSerie', 'maxSeries'],
    wrong: { maxSeries: 0 },
  },
  'the clock of a collector': {
    make: (o) => new TelemetryCollector({}, o),
    wrong: { clock: 5 },
  },
  'an instrument rule': {
    make: (rule) => new TelemetryCollector({}, { instruments: [rule] }),
    needs: { match: 'x' },
    misspelt: ['bucket', 'buckets'],
    wrong: { dropTags: 'secret' },
  },
  useProviders: {
    make: (o) => collector.useProviders(o),
    misspelt: ['logerProvider', 'loggerProvider'],
    wrong: { own: 'yes' },
  },
  TelemetryStream: {
    make: (o) => new TelemetryStream(o),
    needs: { collector },
    misspelt: ['intervall', 'interval'],
    wrong: { interval: '5' },
  },
  RimpMetricReader: {
    make: (o) => new RimpMetricReader(collector, o),
    misspelt: ['collectIntervalMilis', 'collectIntervalMillis'],
    wrong: { collectIntervalMillis: '5' },
  },
  MemoryStorage: {
    make: (o) => new MemoryStorage(o),
    misspelt: ['maxEvent', 'maxEvents'],
    wrong: { maxEvents: -1 },
  },
  FileStorage: {
    make: (o) => new FileStorage(o),
    needs: { path },
    misspelt: ['durabilty', 'durability'],
    wrong: { durability: 'disk' },
  },
  'the rotation of a FileStorage': {
    make: (rotation) => new FileStorage({ path, rotation }),
    misspelt: ['maxByte', 'maxBytes'],
    wrong: { maxBytes: 'many' },
  },
  'the retention of a FileStorage': {
    make: (retention) => new FileStorage({ path, retention }),
    misspelt: ['maxFile', 'maxFiles'],
    wrong: { maxFiles: 0.5 },
  },
  SqliteStorage: {
    make: (o) => new SqliteStorage(o),
    needs: { path },
    misspelt: ['tablePrefixes', 'tablePrefix'],
    wrong: { tablePrefix: '1; DROP' },
  },
  PostgresStorage: {
    make: (o) => new PostgresStorage(o),
    needs: { url: 'postgres://h/d' },
    misspelt: ['tablePrefixes', 'tablePrefix'],
    wrong: { tablePrefix: 5 },
  },
  'the retention of a database': {
    make: (retention) => new SqliteStorage({ path, retention }),
    misspelt: ['maxItem', 'maxItems'],
    wrong: { maxItems: '5' },
  },
  openStorage: {
    make: (o) => openStorage({}, o),
    misspelt: ['maxMetric', 'maxMetrics'],
    wrong: { maxMetrics: '5' },
  },
  nodeSdkOptions: {
    make: (o) => nodeSdkOptions(collector, o),
    misspelt: ['reader', 'readers'],
    wrong: { readers: 'mine' },
  },
  'the modules of nodeSdkOptions': {
    make: (modules) => nodeSdkOptions(collector, { modules }),
    misspelt: ['sdkLog', 'sdkLogs'],
    wrong: { sdkMetrics: '@opentelemetry/sdk-metrics' },
  },
  startTelemetry: {
    make: (o) => startTelemetry(o),
    misspelt: ['serviceNam', 'serviceName'],
    wrong: { serviceName: 5 },
  },
  'the modules of startTelemetry': {
    make: (modules) => startTelemetry({ modules }),
    misspelt: ['resource', 'resources'],
    wrong: { sdkLogs: true },
  },
  otlp: {
    make: (otlp) => startTelemetry({ otlp }),
    misspelt: ['endpont', 'endpoint'],
    wrong: { protocol: 'grpc' },
  },
  'otlp.queue': {
    make: (queue) => startTelemetry({ otlp: { queue } }),
    needs: { directory: path },
    misspelt: ['maxByte', 'maxBytes'],
    wrong: { maxBytes: '1 MB' },
  },
  createOtlpReceiver: {
    make: (o) => createOtlpReceiver(o),
    needs: { collector },
    misspelt: ['allowedHost', 'allowedHosts'],
    wrong: { port: 70_000 },
  },
  shipTelemetry: {
    make: (o) => shipTelemetry(o),
    needs: { to, files: [] },
    misspelt: ['checkpont', 'checkpoint'],
    wrong: { dryRun: 'yes' },
  },
  'a query': {
    make: (query) => collector.storage.retrieve(query),
    misspelt: ['startTme', 'startTime'],
    wrong: { limit: 'all' },
  },
  TelemetryData: {
    make: (o) => new TelemetryData(o),
    misspelt: ['event', 'events'],
    wrong: { metrics: 5 },
  },
  TelemetryEvent: {
    make: (o) => new TelemetryEvent(o),
    needs: { source: 's' },
    wrong: { message: 5 },
  },
  TelemetryMetric: {
    make: (o) => new TelemetryMetric(o),
    needs: { name: 'n' },
    wrong: { value: '5' },
  },
  'the legacy TelemetryConfig': {
    make: (o) => new legacy.TelemetryConfig(o).validate(),
    misspelt: ['buffersize', 'buffer_size'],
    wrong: { flush_interval: 'often' },
  },
  'the legacy TelemetryCollector': {
    make: (o) => new legacy.TelemetryCollector(o),
    misspelt: ['bufersize', 'bufferSize'],
    wrong: { bufferSize: 'many' },
  },
  'the legacy TelemetryStream': {
    make: (o) => new legacy.TelemetryStream(o),
    needs: { collector: legacyCollector },
    misspelt: ['intervall', 'interval'],
    wrong: { interval: 'often' },
  },
  'the legacy FileStorage': {
    make: (o) => new legacy.FileStorage(o),
    wrong: { file_path: 5 },
  },
  'the legacy retrieve': {
    make: (o) => new legacy.MemoryStorage().retrieve(o),
    misspelt: ['start_tme', 'start_time'],
    wrong: { limit: 'all' },
  },
};

/** What a call throws, or rejects with. */
async function errorOf(call: () => unknown): Promise<Error | undefined> {
  try {
    await call();
    return undefined;
  } catch (error) {
    return error as Error;
  }
}

describe.each(Object.entries(TABLE))('%s', (_name, { make, needs, misspelt, wrong }) => {
  if (misspelt !== undefined) {
    const [name, right] = misspelt;
    it(`names ${right} if ${name} is given`, async () => {
      const error = await errorOf(() => make({ ...needs, [name]: undefined } as never));
      expect(error?.message).toMatch(new RegExp(`"(\\S+\\.)?${name}".*"${right}"`));
    });
  }

  it('says what it expected and what it was given, if that is of a wrong type', async () => {
    const error = await errorOf(() => make({ ...needs, ...wrong } as never));
    const words = ['expected', ...Object.keys(wrong), ...Object.values(wrong).map(String)];
    for (const word of words) expect(error?.message).toContain(word);
  });

  it('refuses a number in the place of an object', async () => {
    const error = await errorOf(() => make(5 as never));
    expect(error?.message).toMatch(/expected .*5/s);
  });
});
