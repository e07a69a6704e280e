import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { FileStorage } from 'rimp-telemetry';
import { freshApp, nodeProgram, removeDirectories, run } from '../helpers/fresh-app.js';
import { LATEST_2, LATEST_3 } from '../helpers/generations.js';

afterAll(removeDirectories);

const SETUP = `
const { NodeSDK } = require('@opentelemetry/sdk-node');
const { HttpInstrumentation } = require('@opentelemetry/instrumentation-http');
const { UndiciInstrumentation } = require('@opentelemetry/instrumentation-undici');
const { PinoInstrumentation } = require('@opentelemetry/instrumentation-pino');
const { WinstonInstrumentation } = require('@opentelemetry/instrumentation-winston');
const { nodeSdkOptions, TelemetryCollector } = require('rimp-telemetry');
const collector = new TelemetryCollector({ storageBackend: 'file', storagePath: 'out.jsonl' });
const sdk = new NodeSDK({
  ...nodeSdkOptions(collector),
  serviceName: 'instrumented',
  spanProcessors: [{ onStart() {}, onEnd() {}, async forceFlush() {}, async shutdown() {} }],
  instrumentations: [new HttpInstrumentation(), new UndiciInstrumentation(), new PinoInstrumentation(), new WinstonInstrumentation()],
});
sdk.start();
globalThis.finish = async () => { await sdk.shutdown(); await collector.shutdown(); };
`;

const APP = `
const http = require('node:http');
const pino = require('pino')({ level: 'info', name: 'till' }, { write() {} });
const winston = require('winston');
const logger = winston.createLogger({ transports: [new winston.transports.Stream({ stream: new (require('node:stream').Writable)({ write(_c, _e, done) { done(); } }) })] });
const server = http.createServer((request, response) => {
  pino.info({ url: request.url }, 'pino says hello');
  logger.warn('winston says hello', { url: request.url });
  response.end('ok');
});
server.listen(0, '127.0.0.1', async () => {
  const url = 'http://127.0.0.1:' + server.address().port;
  await (await fetch(url + '/fetched')).text();
  await new Promise((resolve) => http.get(url + '/got', (response) => response.resume().on('end', resolve)));
  server.close();
  server.closeAllConnections();
  await globalThis.finish();
});
`;

const GENERATIONS = [
  {
    generation: LATEST_2,
    major: Number(process.versions.node.split('.')[0]),
    instrumentations: { http: '0.223.0', undici: '0.33.0', pino: '0.69.0', winston: '0.68.1' },
    transport: '^0.30.0',
  },
  {
    generation: LATEST_3,
    major: 24,
    instrumentations: { http: '0.301.0', undici: '0.34.0', pino: '0.70.0', winston: '0.69.0' },
    transport: '0.34.0',
  },
];

describe('NodeSDK with instrumentations', () => {
  it.each(GENERATIONS)(
    'brings what http, undici, pino and winston report, with trace ids: $generation.name on Node $major',
    async ({ generation, major, instrumentations, transport }) => {
      const directory = await freshApp({
        '@opentelemetry/api': generation.api,
        '@opentelemetry/sdk-node': generation.experimental,
        ...Object.fromEntries(
          Object.entries(instrumentations).map(([name, version]) => [
            `@opentelemetry/instrumentation-${name}`,
            version,
          ]),
        ),
        '@opentelemetry/winston-transport': transport,
        pino: '^10.0.0',
        winston: '^3.0.0',
      });
      writeFileSync(join(directory, 'setup.cjs'), SETUP);
      writeFileSync(join(directory, 'app.cjs'), APP);
      const { status, stderr } = await run(await nodeProgram(major), ['--require', './setup.cjs', 'app.cjs'], {
        cwd: directory,
        // NodeSDK sends to a Collector unless it is configured not to
        env: { OTEL_LOGS_EXPORTER: 'none', OTEL_METRICS_EXPORTER: 'none' },
      });
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      const { events, metrics } = await new FileStorage(join(directory, 'out.jsonl')).retrieve();
      expect(events.map(({ message, eventType }) => `${eventType} ${message}`)).toEqual([
        'info pino says hello',
        'warning winston says hello',
        'info pino says hello',
        'warning winston says hello',
      ]);
      // the logger's own name, or the service if it has none; the instrumentation is the scope
      expect(events.map(({ source }) => source)).toEqual(['till', 'instrumented', 'till', 'instrumented']);
      expect(events[0]?.otel?.scopeName).toBe('@opentelemetry/instrumentation-pino');
      const traces = events.map(({ otel }) => otel?.traceId ?? '');
      for (const trace of traces) expect(trace).toMatch(/^[0-9a-f]{32}$/);
      expect(new Set(traces).size).toBe(2);
      expect(events.map(({ metadata }) => metadata?.url)).toEqual(['/fetched', '/fetched', '/got', '/got']);
      expect(events[0]?.otel?.resource).toMatchObject({ 'service.name': 'instrumented' });
      const counts = metrics
        .filter(({ name }) => /^http\.(server|client)\..*duration\.count$/.test(name))
        .map(({ name, value }) => `${name.split('.')[1]} ${value}`);
      expect(counts.sort()).toEqual(['client 1', 'client 1', 'server 2']);
      expect(readFileSync(join(directory, 'out.jsonl'), 'utf8').endsWith('\n')).toBe(true);
    },
    300_000,
  );
});
