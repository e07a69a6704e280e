import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { removeDirectories } from '../helpers/fresh-app.js';
import { generationApps } from '../helpers/generation-app.js';
import { closeSinks, jsonRecords, otlpSink } from '../helpers/otlp-sink.js';

const { two, three } = generationApps('declarative');
afterAll(() => {
  for (const app of [two, three]) app.remove();
  removeDirectories();
});
afterEach(closeSinks);

const configuration = (url: string): string => `
file_format: "1.0"
log_level: error
resource: { attributes: [{ name: service.name, value: declared }] }
logger_provider:
  processors: [{ simple: { exporter: { otlp_http: { endpoint: "${url}/v1/logs", encoding: json } } } }]
meter_provider:
  readers: [{ periodic: { interval: 60000, exporter: { otlp_http: { endpoint: "${url}/v1/metrics", encoding: json } } } }]
`;

/** Ways to have a collector hear what `startNodeSDK` sets up. */
const WAYS = {
  'nodeSdkOptions before it': `nodeSdkOptions(collector); start();`,
  'nodeSdkOptions among its options': `start(nodeSdkOptions(collector));`,
  'startTelemetry after it': `start(); startTelemetry({ collector });`,
};
const program = (way: string): string => `
const api = require('@opentelemetry/api');
const { startNodeSDK } = require('@opentelemetry/sdk-node');
const { logs } = api.logs ? api : require('@opentelemetry/api-logs');
const { nodeSdkOptions, startTelemetry, TelemetryCollector } = require('rimp-telemetry');
const collector = new TelemetryCollector();
let sdk;
const start = (options) => { sdk = startNodeSDK(options); };
${way}
logs.getLogger('lib').emit({ body: 'from a library', severityNumber: 9 });
collector.collectEvent('app', 'from the facade');
api.metrics.getMeter('lib').createCounter('counted').add(3);
(async () => {
  await collector.forceFlush();
  const { events, metrics } = await collector.storage.retrieve();
  await sdk.shutdown();
  await collector.shutdown();
  const ofLib = metrics.filter(({ name }) => name === 'counted').map(({ value }) => value);
  console.log(JSON.stringify({ events: events.map(({ message }) => message), ofLib, dropped: collector.health().dropped }));
  process.exit(0);
})();`;

const cases = [two, three].flatMap((app) => Object.keys(WAYS).map((way) => ({ app, generation: app.name, way })));

describe('a declarative configuration (OTEL_CONFIG_FILE)', () => {
  it.each(cases)(
    'is heard by a collector, and exports what it says: $generation, $way',
    async ({ app, way }) => {
      const sink = await otlpSink();
      const cwd = await app.directory();
      writeFileSync(join(cwd, 'otel.yaml'), configuration(sink.url));
      writeFileSync(join(cwd, 'program.cjs'), program(WAYS[way as keyof typeof WAYS]));
      const { status, stdout, stderr } = await app.node(['program.cjs'], {
        cwd,
        env: { OTEL_CONFIG_FILE: 'otel.yaml' },
      });
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      expect(JSON.parse(stdout)).toEqual({ events: ['from a library', 'from the facade'], ofLib: [3], dropped: {} });
      const bodies = jsonRecords(sink.requests).map(({ record }) => record.body);
      expect(bodies).toEqual([{ stringValue: 'from a library' }, { stringValue: 'from the facade' }]);
      expect(sink.requests.filter(({ path }) => path === '/v1/metrics').length).toBeGreaterThan(0);
    },
    120_000,
  );
});
