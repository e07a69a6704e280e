import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DiagLogLevel, diag } from '@opentelemetry/api';
import { type OtlpOptions, type StartedTelemetry, startTelemetry } from 'rimp-telemetry';
import { answering, closeSinks, jsonRecords, type OtlpRequest } from '../../helpers/otlp-sink.js';

const environment = { ...process.env };
const directories: string[] = [];
let warnings: string[] = [];

beforeEach(() => {
  warnings = [];
  const ignore = (): void => undefined;
  diag.setLogger(
    { error: ignore, warn: (message) => warnings.push(message), info: ignore, debug: ignore, verbose: ignore },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
});

afterEach(async () => {
  diag.disable();
  process.env = { ...environment };
  await closeSinks();
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
});

type Mode = 'in memory' | 'on disk';

interface Outcome {
  readonly requests: readonly OtlpRequest[];
  readonly telemetry: StartedTelemetry;
  readonly warnings: readonly string[];
}

function optionsOf(mode: Mode, otlp: OtlpOptions = {}): OtlpOptions {
  if (mode === 'in memory') return otlp;
  const directory = mkdtempSync(join(tmpdir(), 'rimp-env-'));
  directories.push(directory);
  return { ...otlp, queue: { directory } };
}

/** Runs a set-up in an environment, in which `SINK` stands for the URL of a server. */
async function run(mode: Mode, env: Record<string, string>, otlp?: OtlpOptions): Promise<Outcome> {
  const sink = await answering(() => ({ status: 200 }));
  process.env = { ...environment, OTEL_EXPORTER_OTLP_ENDPOINT: sink.url, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' };
  for (const [name, value] of Object.entries(env)) process.env[name] = value.replace('SINK', sink.url);
  const telemetry = startTelemetry({ register: false, otlp: optionsOf(mode, otlp) });
  telemetry.collector.collectEvent('shop', 'sold', 'info', { a: 'x'.repeat(50), b: 2, c: 3, d: 4, e: 5 });
  telemetry.meterProvider.getMeter('shop').createCounter('sales').add(1);
  await telemetry.shutdown({ timeoutMillis: 10_000 });
  return { requests: sink.requests, telemetry, warnings };
}

const pathsOf = ({ requests }: Outcome): string[] => requests.map(({ path }) => path).toSorted();
const headerOf = ({ requests }: Outcome, path: string, name: string): unknown =>
  requests.find((request) => request.path === path)?.headers[name];
const BOTH = ['/v1/logs', '/v1/metrics'];

/** What variables do: an environment, what is right, and the variables that are warned of. */
const TABLE: readonly {
  readonly env: Record<string, string>;
  readonly is: string;
  readonly check: (outcome: Outcome) => void;
  readonly warned?: readonly string[];
}[] = [
  { env: {}, is: 'sent to the endpoint', check: (o) => expect(pathsOf(o)).toEqual(BOTH) },
  {
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: 'SINK/base/?key=1#part' },
    is: 'sent below the path, the query behind it',
    check: (o) => expect(pathsOf(o)).toEqual(['/base/v1/logs?key=1', '/base/v1/metrics?key=1']),
  },
  {
    env: { OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: 'SINK/own?key=1', OTEL_EXPORTER_OTLP_ENDPOINT: 'SINK/' },
    is: 'sent to the signal’s own endpoint as it is',
    check: (o) => expect(pathsOf(o)).toEqual(['/own?key=1', '/v1/metrics']),
  },
  {
    env: { OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: 'localhost:4318' },
    is: 'sent to the general endpoint',
    check: (o) => expect(pathsOf(o)).toEqual(BOTH),
    warned: ['OTEL_EXPORTER_OTLP_LOGS_ENDPOINT'],
  },
  {
    env: { OTEL_EXPORTER_OTLP_HEADERS: 'x-a=general,X-B=general', OTEL_EXPORTER_OTLP_LOGS_HEADERS: 'x-b=own%20one' },
    is: 'sent with the headers of both',
    check: (o) => {
      expect(headerOf(o, '/v1/logs', 'x-a')).toBe('general');
      expect(headerOf(o, '/v1/logs', 'x-b')).toBe('own one');
      expect(headerOf(o, '/v1/metrics', 'x-b')).toBe('general');
    },
  },
  {
    env: { OTEL_EXPORTER_OTLP_HEADERS: 'x-a=read,write, =x ,x-b=a=b==,' },
    is: 'sent without what is no pair of a name and a value',
    check: (o) => {
      expect(headerOf(o, '/v1/logs', 'x-a')).toBe('read');
      expect(headerOf(o, '/v1/logs', 'write')).toBeUndefined();
      expect(headerOf(o, '/v1/logs', 'x-b')).toBe('a=b==');
    },
    warned: ['OTEL_EXPORTER_OTLP_HEADERS'],
  },
  {
    env: { OTEL_EXPORTER_OTLP_HEADERS: 'x a=1,x-b=%0a,x-c=3' },
    is: 'sent without headers that are none',
    check: (o) => expect(headerOf(o, '/v1/metrics', 'x-c')).toBe('3'),
    warned: ['OTEL_EXPORTER_OTLP_HEADERS'],
  },
  ...['Infinity', '-5', '0', 'soon'].map((value) => ({
    env: { OTEL_EXPORTER_OTLP_TIMEOUT: value },
    is: `sent within the default time for a timeout of ${value}`,
    check: (o: Outcome) => expect(pathsOf(o)).toEqual(BOTH),
    warned: ['OTEL_EXPORTER_OTLP_TIMEOUT'],
  })),
  {
    env: { OTEL_EXPORTER_OTLP_TIMEOUT: '9999999999', OTEL_BLRP_EXPORT_TIMEOUT: '9999999999' },
    is: 'sent within the longest time that there is',
    check: (o) => expect(pathsOf(o)).toEqual(BOTH),
  },
  ...['Infinity', '-60000', '0'].map((value) => ({
    env: { OTEL_METRIC_EXPORT_INTERVAL: value, OTEL_METRIC_EXPORT_TIMEOUT: value },
    is: `sent once for an interval of ${value}`,
    check: (o: Outcome) => expect(pathsOf(o)).toEqual(BOTH),
    warned: ['OTEL_METRIC_EXPORT_INTERVAL', 'OTEL_METRIC_EXPORT_TIMEOUT'],
  })),
  {
    env: { OTEL_METRIC_EXPORT_INTERVAL: '9999999999', OTEL_METRIC_EXPORT_TIMEOUT: '99999999999' },
    is: 'sent once for an interval beyond 2^31',
    check: (o) => expect(pathsOf(o)).toEqual(BOTH),
  },
  {
    env: { OTEL_EXPORTER_OTLP_CERTIFICATE: '/nowhere/ca.pem', OTEL_EXPORTER_OTLP_CLIENT_KEY: '/nowhere/key.pem' },
    is: 'sent over http whatever the certificate',
    check: (o) => expect(pathsOf(o)).toEqual(BOTH),
  },
  {
    env: { OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip', OTEL_EXPORTER_OTLP_LOGS_COMPRESSION: 'zstd' },
    is: 'compressed as the general variable says',
    check: (o) => expect(headerOf(o, '/v1/logs', 'content-encoding')).toBe('gzip'),
    warned: ['OTEL_EXPORTER_OTLP_LOGS_COMPRESSION'],
  },
  {
    env: { OTEL_EXPORTER_OTLP_LOGS_PROTOCOL: 'avro', OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: 'http/protobuf' },
    is: 'sent over the general protocol',
    check: (o) => {
      expect(headerOf(o, '/v1/logs', 'content-type')).toBe('application/json');
      expect(headerOf(o, '/v1/metrics', 'content-type')).toBe('application/x-protobuf');
    },
    warned: ['OTEL_EXPORTER_OTLP_LOGS_PROTOCOL'],
  },
  {
    env: { OTEL_LOGS_EXPORTER: 'otlp,none', OTEL_METRICS_EXPORTER: 'otlp' },
    is: 'sent nowhere if none is named',
    check: (o) => expect(pathsOf(o)).toEqual(['/v1/metrics']),
    warned: ['OTEL_LOGS_EXPORTER'],
  },
  {
    env: { OTEL_LOGS_EXPORTER: 'otpl', OTEL_METRICS_EXPORTER: 'otlp,statsd' },
    is: 'sent by the exporters that are known, else to the endpoint',
    check: (o) => expect(pathsOf(o)).toEqual(BOTH),
    warned: ['OTEL_LOGS_EXPORTER', 'OTEL_METRICS_EXPORTER'],
  },
  { env: { OTEL_SDK_DISABLED: 'true' }, is: 'sent nowhere', check: (o) => expect(pathsOf(o)).toEqual([]) },
  {
    env: { OTEL_SDK_DISABLED: '1' },
    is: 'sent, as only the word "true" disables it',
    check: (o) => expect(pathsOf(o)).toEqual(BOTH),
    warned: ['OTEL_SDK_DISABLED'],
  },
  {
    env: { OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT: '3', OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT: '10' },
    is: 'cut to the limits of log records, else to the general ones',
    check: ({ requests }) => {
      const attributes = jsonRecords(requests)[0]?.record.attributes as { key: string; value: object }[];
      expect(attributes.length).toBe(3);
      expect(attributes.find(({ key }) => key === 'a')?.value).toEqual({ stringValue: 'x'.repeat(10) });
    },
  },
  {
    env: { OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT: '-1', OTEL_ATTRIBUTE_COUNT_LIMIT: '2' },
    is: 'cut to the general limit if the own one is wrong',
    check: ({ requests }) => expect(jsonRecords(requests)[0]?.record.attributes).toHaveLength(2),
    warned: ['OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT'],
  },
  ...(['delta', 'lowmemory', 'cumulative', 'often'] as const).map((value) => ({
    env: { OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: value },
    is: `a counter as temporality ${value} has it`,
    check: ({ requests }: Outcome) => {
      const body = String(requests.find(({ path }) => path === '/v1/metrics')?.body);
      const right = value === 'delta' || value === 'lowmemory' ? 1 : 2;
      expect(body).toMatch(new RegExp(`"aggregationTemporality":${right}`));
    },
    warned: value === 'often' ? ['OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE'] : [],
  })),
  {
    env: { OTEL_BLRP_MAX_QUEUE_SIZE: 'many', OTEL_BLRP_MAX_EXPORT_BATCH_SIZE: '0', OTEL_BLRP_SCHEDULE_DELAY: '-1' },
    is: 'batched as usual if the settings are wrong',
    check: (o) => expect(pathsOf(o)).toEqual(BOTH),
    warned: ['OTEL_BLRP_MAX_QUEUE_SIZE', 'OTEL_BLRP_MAX_EXPORT_BATCH_SIZE', 'OTEL_BLRP_SCHEDULE_DELAY'],
  },
];

describe.each(['in memory', 'on disk'] as const)('what waits %s', (mode) => {
  it.each(TABLE.map((row) => [row.is, JSON.stringify(row.env), row] as const))('is %s: %s', async (_is, _env, row) => {
    const outcome = await run(mode, row.env);
    row.check(outcome);
    const warned = outcome.warnings.flatMap((text) => /(OTEL_[A-Z_]+): expected/.exec(text)?.[1] ?? []);
    expect(warned.toSorted()).toEqual([...(row.warned ?? [])].toSorted());
  });

  it('names a certificate that can not be read, over https', () => {
    process.env.OTEL_EXPORTER_OTLP_CERTIFICATE = '/nowhere/ca.pem';
    const otlp = optionsOf(mode, { endpoint: 'https://127.0.0.1:9' });
    expect(() => startTelemetry({ register: false, otlp })).toThrow(
      "the certificate or key /nowhere/ca.pem can't be read",
    );
  });

  it('refuses a header that is none at once, and shows nothing of its value', () => {
    for (const headers of [{ 'x a': 'secret' }, { 'x-a': 'secret\nx-b: c' }, { '': 'secret' }, { 'x-a': 5 }]) {
      const otlp = optionsOf(mode, { endpoint: 'http://127.0.0.1:9', headers: headers as Record<string, string> });
      expect(() => startTelemetry({ register: false, otlp })).toThrow(
        /^startTelemetry: "otlp.headers": expected the (?!.*secret)/s,
      );
    }
  });

  it('goes in batches of the size that is asked for', async () => {
    const sink = await answering(() => ({ status: 200 }));
    process.env.OTEL_BLRP_MAX_EXPORT_BATCH_SIZE = '10';
    const telemetry = startTelemetry({
      register: false,
      otlp: optionsOf(mode, { endpoint: sink.url, protocol: 'http/json' }),
    });
    for (let i = 0; i < 100; i += 1) telemetry.collector.collectEvent('a', `event ${i}`);
    await telemetry.shutdown();
    const logs = sink.requests.filter(({ path }) => path === '/v1/logs');
    expect(logs.map((request) => jsonRecords([request]).length)).toEqual(Array.from({ length: 10 }, () => 10));
  });

  it('waits for others as long as is asked for, but not at a flush', async () => {
    const sink = await answering(() => ({ status: 200 }));
    process.env.OTEL_BLRP_SCHEDULE_DELAY = '60000';
    const telemetry = startTelemetry({ register: false, otlp: optionsOf(mode, { endpoint: sink.url }) });
    telemetry.collector.collectEvent('a', 'b');
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(sink.requests).toEqual([]);
    await telemetry.forceFlush();
    expect(sink.requests.map(({ path }) => path)).toEqual(['/v1/logs']);
    await telemetry.shutdown();
  });
});
