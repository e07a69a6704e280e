import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { freePort } from '../helpers/free-port.js';
import { removeDirectories } from '../helpers/fresh-app.js';
import { type GenerationApp, generationApps } from '../helpers/generation-app.js';
import { otelcolProgram, startOtelcol } from '../helpers/otelcol.js';
import { closeSinks, type OtlpRequest, otlpSink } from '../helpers/otlp-sink.js';

const here = otelcolProgram() !== undefined;
if (!here) process.stderr.write('SKIPPED: there is no OpenTelemetry Collector here (set OTELCOL to its program)\n');

const { lowest, two, three } = generationApps('node-sdk-environment');
afterAll(() => {
  for (const app of [lowest, two, three]) app.remove();
  removeDirectories();
});
afterEach(closeSinks);

/** What is told of odd environments, and of the endpoint where nobody listens. */
const SAID = /^rimp-telemetry: (OTEL_.*|lost 6 items .*127\.0\.0\.1:9.*)\n/gm;

type Env = Readonly<Record<string, string>>;

/** The port of NodeSDK's own default. */
const PORT = 4318;
const COLLECTOR = `http://127.0.0.1:${PORT}`;

function environments(grpcPort: number, prometheusPort: number): readonly Env[] {
  const GRPC = { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${grpcPort}` };
  const PROMETHEUS = { OTEL_EXPORTER_PROMETHEUS_PORT: String(prometheusPort) };
  return [
    {},
    { OTEL_LOGS_EXPORTER: 'none' },
    { OTEL_METRICS_EXPORTER: 'none' },
    { OTEL_METRICS_EXPORTER: 'otlp' },
    { OTEL_LOGS_EXPORTER: 'console', OTEL_METRICS_EXPORTER: 'console' },
    { OTEL_LOGS_EXPORTER: 'otlp,console', OTEL_METRICS_EXPORTER: 'console,otlp' },
    { OTEL_LOGS_EXPORTER: 'otlp,none', OTEL_METRICS_EXPORTER: 'otlp' },
    { OTEL_LOGS_EXPORTER: 'otpl', OTEL_METRICS_EXPORTER: 'otpl,otlp' },
    { OTEL_LOGS_EXPORTER: ' otlp ', OTEL_METRICS_EXPORTER: 'OTLP' },
    { OTEL_LOGS_EXPORTER: '', OTEL_METRICS_EXPORTER: '' },
    { OTEL_METRICS_EXPORTER: 'prometheus', ...PROMETHEUS },
    { OTEL_METRICS_EXPORTER: 'otlp,prometheus', ...PROMETHEUS },
    { OTEL_METRICS_EXPORTER: 'prometheus,console,otlp', ...PROMETHEUS },
    { OTEL_EXPORTER_OTLP_ENDPOINT: `${COLLECTOR}/` },
    { OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: 'http://127.0.0.1:9/v1/logs', OTEL_EXPORTER_OTLP_LOGS_TIMEOUT: '300' },
    { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json', OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip' },
    { OTEL_EXPORTER_OTLP_PROTOCOL: 'bogus' },
    { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc', ...GRPC, OTEL_METRICS_EXPORTER: 'otlp' },
    { OTEL_EXPORTER_OTLP_LOGS_PROTOCOL: 'grpc', OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: GRPC.OTEL_EXPORTER_OTLP_ENDPOINT },
    { OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'delta', OTEL_METRICS_EXPORTER: 'otlp' },
    { OTEL_SDK_DISABLED: 'true' },
  ];
}

/** Sets up and ends NodeSDK for one environment after the other, which the resource names. */
const PROGRAM = `
const api = require('@opentelemetry/api');
const { NodeSDK } = require('@opentelemetry/sdk-node');
const { logs } = api.logs ? api : require('@opentelemetry/api-logs');
const { nodeSdkOptions, TelemetryCollector } = require('rimp-telemetry');
const environment = { ...process.env };
const scraped = async (url) => {
  for (let tries = 0; ; tries += 1) {
    try {
      return await (await fetch(url, { headers: { connection: 'close' } })).text();
    } catch (error) {
      // it listens soon
      if (tries > 20) return String(error.cause ?? error);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
};
(async () => {
  for (const [i, env] of JSON.parse(process.env.ENVIRONMENTS).entries()) {
    console.log('\\n=== ' + i);
    process.env = { ...environment, OTEL_TRACES_EXPORTER: 'none', OTEL_SERVICE_NAME: 'case ' + i, ...env };
    const collector = process.env.WITH_US === '1' ? new TelemetryCollector() : undefined;
    const sdk = new NodeSDK({ ...(collector && nodeSdkOptions(collector)), instrumentations: [] });
    sdk.start();
    for (let n = 0; n < 6; n += 1) logs.getLogger('lib').emit({ body: 'record ' + n, severityNumber: 9 });
    for (let n = 0; n < 16; n += 1) api.metrics.getMeter('lib').createCounter('counter_' + n).add(1);
    const port = process.env.OTEL_EXPORTER_PROMETHEUS_PORT;
    if (port) console.log(await scraped('http://localhost:' + port + '/metrics'));
    await sdk.shutdown().catch(() => undefined);
    if (collector) {
      // what libraries emit is stored, whatever is exported
      const { events, metrics } = await collector.storage.retrieve();
      const isDisabled = process.env.OTEL_SDK_DISABLED === 'true';
      if (!isDisabled && (events.length !== 6 || metrics.filter(({ name }) => /^counter/.test(name)).length !== 16))
        console.error(i, events.length, metrics.length);
      await collector.shutdown();
    }
    for (const one of [logs, api.metrics, api.context, api.propagation, api.diag]) one.disable();
  }
  process.exit(0);
})();`;

interface Body {
  readonly resourceLogs?: readonly Resourceful<{ scopeLogs: readonly Scoped<{ logRecords: readonly object[] }>[] }>[];
  readonly resourceMetrics?: readonly Resourceful<{
    scopeMetrics: readonly Scoped<{ metrics: readonly { sum?: { aggregationTemporality: number } }[] }>[];
  }>[];
}
type Resourceful<T> = T & { resource: { attributes: readonly { key: string; value: { stringValue?: string } }[] } };
type Scoped<T> = T & { scope: { name: string } };

function arrivedFor(name: string, requests: readonly OtlpRequest[]) {
  const bodies = requests.map(({ body }) => JSON.parse(body.toString()) as Body);
  const isCase = ({ resource }: Resourceful<object>) =>
    resource.attributes.some(({ key, value }) => key === 'service.name' && value.stringValue === name);
  const isOfLib = ({ scope }: Scoped<object>) => scope.name === 'lib';
  const logs = bodies.flatMap(({ resourceLogs = [] }) => resourceLogs.filter(isCase).flatMap((one) => one.scopeLogs));
  const metrics = bodies
    .flatMap(({ resourceMetrics = [] }) => resourceMetrics.filter(isCase).flatMap((one) => one.scopeMetrics))
    .filter(isOfLib)
    .flatMap((one) => one.metrics);
  return {
    logs: logs.filter(isOfLib).flatMap(({ logRecords }) => logRecords).length,
    metrics: metrics.length,
    temporality: [...new Set(metrics.map(({ sum }) => sum?.aggregationTemporality))],
  };
}

(here ? describe : describe.skip)('NodeSDK with nodeSdkOptions', () => {
  it.each([two, three, lowest])(
    'exports to a Collector, the console and Prometheus what it exports without, whatever the environment says: $name',
    async (app: GenerationApp) => {
      const sink = await otlpSink();
      const [grpcPort, prometheusPort] = [await freePort(), await freePort()];
      // synchronous: what a program has sent is here when it ends
      const otelcol = await startOtelcol(sink.url, { port: PORT, grpcPort, synchronous: true });
      const cases = environments(grpcPort, prometheusPort);
      const cwd = await app.directory();
      writeFileSync(join(cwd, 'program.cjs'), PROGRAM);
      const arrived = async (withUs: boolean) => {
        sink.requests.length = 0;
        const { stdout, stderr, status } = await app.node(['program.cjs'], {
          cwd,
          env: { ENVIRONMENTS: JSON.stringify(cases), WITH_US: withUs ? '1' : '0' },
        });
        const printed = stdout.split('\n=== ').slice(1);
        expect({ status, cases: printed.length, stderr: stderr.replace(SAID, '') }).toEqual({
          status: 0,
          cases: cases.length,
          stderr: '',
        });
        return cases.map((env, i) => ({
          env,
          ...arrivedFor(`case ${i}`, sink.requests),
          onConsole: [/body: 'record/g, /name: 'counter/g].map((line) => printed[i]?.match(line)?.length ?? 0),
          atPrometheus: printed[i]?.match(/^counter_\d+_total[ {]/gm)?.length ?? 0,
        }));
      };
      try {
        const without = await arrived(false);
        // else nothing would be compared with nothing
        expect(without[3]).toMatchObject({ logs: 6, metrics: 16, onConsole: [0, 0], atPrometheus: 0 });
        expect(without[11]).toMatchObject({ logs: 6, metrics: 16, atPrometheus: 16 });
        expect(without[17]).toMatchObject({ logs: 6, metrics: 16 });
        expect(await arrived(true)).toEqual(without);
      } finally {
        await otelcol.stop();
      }
    },
    240_000,
  );
});
