import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { run } from '../helpers/fresh-app.js';
import { otelcolProgram, startOtelcol } from '../helpers/otelcol.js';
import { closeSinks, otlpSink } from '../helpers/otlp-sink.js';

const here = otelcolProgram() !== undefined;
if (!here) process.stderr.write('SKIPPED: there is no OpenTelemetry Collector here (set OTELCOL to its program)\n');

// below the package, so that the program finds it by its name
mkdirSync('build', { recursive: true });
const directory = mkdtempSync(join(process.cwd(), 'build', 'node-sdk-environment-'));
afterAll(() => rmSync(directory, { recursive: true }));
afterEach(closeSinks);

/** The port of NodeSDK's own default. */
const PORT = 4318;
const COLLECTOR = `http://127.0.0.1:${PORT}`;
const ENVIRONMENTS: readonly Readonly<Record<string, string>>[] = [
  {},
  { OTEL_LOGS_EXPORTER: 'none' },
  { OTEL_METRICS_EXPORTER: 'none' },
  { OTEL_LOGS_EXPORTER: 'console', OTEL_METRICS_EXPORTER: 'console' },
  { OTEL_LOGS_EXPORTER: 'otlp,console', OTEL_METRICS_EXPORTER: 'console,otlp' },
  { OTEL_LOGS_EXPORTER: 'otlp,none', OTEL_METRICS_EXPORTER: 'otlp' },
  { OTEL_LOGS_EXPORTER: 'otpl', OTEL_METRICS_EXPORTER: 'otpl,otlp' },
  { OTEL_LOGS_EXPORTER: ' otlp ', OTEL_METRICS_EXPORTER: 'OTLP' },
  { OTEL_LOGS_EXPORTER: '', OTEL_METRICS_EXPORTER: '' },
  { OTEL_EXPORTER_OTLP_ENDPOINT: `${COLLECTOR}/` },
  { OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: 'http://127.0.0.1:9/v1/logs', OTEL_EXPORTER_OTLP_LOGS_TIMEOUT: '500' },
  { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json', OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip' },
  { OTEL_EXPORTER_OTLP_PROTOCOL: 'bogus' },
  { OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'delta' },
  { OTEL_SDK_DISABLED: 'true' },
];

const PROGRAM = join(directory, 'program.cjs');
writeFileSync(
  PROGRAM,
  `const api = require('@opentelemetry/api');
   const { NodeSDK } = require('@opentelemetry/sdk-node');
   const { logs } = api.logs ? api : require('@opentelemetry/api-logs');
   const { nodeSdkOptions, TelemetryCollector } = require('rimp-telemetry');
   const parts = process.env.WITH_US === '1' ? nodeSdkOptions(new TelemetryCollector()) : {};
   const sdk = new NodeSDK({ ...parts, instrumentations: [], autoDetectResources: false });
   sdk.start();
   for (let i = 0; i < 6; i += 1) logs.getLogger('lib').emit({ body: 'record ' + i, severityNumber: 9 });
   for (let i = 0; i < 16; i += 1) api.metrics.getMeter('lib').createCounter('counter ' + i).add(1);
   sdk.shutdown().catch(() => undefined).then(() => process.exit(0));`,
);

interface Body {
  readonly resourceLogs?: readonly { scopeLogs: { scope: { name: string }; logRecords: object[] }[] }[];
  readonly resourceMetrics?: readonly {
    scopeMetrics: { scope: { name: string }; metrics: { sum?: { aggregationTemporality: number } }[] }[];
  }[];
}

(here ? describe : describe.skip)('NodeSDK with nodeSdkOptions', () => {
  it('exports to a Collector and the console what it exports without, whatever the environment says', async () => {
    const sink = await otlpSink();
    // synchronous: what a program has sent is here when it ends
    const otelcol = await startOtelcol(sink.url, { port: PORT, synchronous: true });
    const arrived = async (env: Readonly<Record<string, string>>, withUs: boolean) => {
      sink.requests.length = 0;
      const { stdout, status } = await run(process.execPath, [PROGRAM], {
        cwd: directory,
        env: { OTEL_TRACES_EXPORTER: 'none', ...env, WITH_US: withUs ? '1' : '0' },
      });
      const bodies = sink.requests.map(({ body }) => JSON.parse(body.toString()) as Body);
      const logs = bodies.flatMap(({ resourceLogs = [] }) => resourceLogs.flatMap(({ scopeLogs }) => scopeLogs));
      const metrics = bodies
        .flatMap(({ resourceMetrics = [] }) => resourceMetrics.flatMap(({ scopeMetrics }) => scopeMetrics))
        .filter(({ scope }) => scope.name === 'lib')
        .flatMap((one) => one.metrics);
      return {
        status,
        logs: logs.filter(({ scope }) => scope.name === 'lib').flatMap(({ logRecords }) => logRecords).length,
        metrics: metrics.length,
        temporality: [...new Set(metrics.map(({ sum }) => sum?.aggregationTemporality))],
        onConsole: [/body: 'record/g, /name: 'counter/g].map((line) => stdout.match(line)?.length ?? 0),
      };
    };
    try {
      // else nothing would be compared with nothing
      expect(await arrived({ OTEL_METRICS_EXPORTER: 'otlp' }, false)).toMatchObject({ logs: 6, metrics: 16 });
      for (const env of ENVIRONMENTS)
        expect({ env, ...(await arrived(env, true)) }).toEqual({ env, ...(await arrived(env, false)) });
    } finally {
      await otelcol.stop();
    }
  }, 240_000);
});
