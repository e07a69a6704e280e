import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { FileStorage } from 'rimp-telemetry';
import { removeDirectories } from '../helpers/fresh-app.js';
import { type GenerationApp, generationApps } from '../helpers/generation-app.js';
import { closeSinks, jsonRecords, otlpSink } from '../helpers/otlp-sink.js';

const { two, three } = generationApps('minified');
afterAll(() => {
  for (const app of [two, three]) app.remove();
  removeDirectories();
});
afterEach(closeSinks);

/** An application of one file: winston writes before, at and after the start of the set-up. */
const APPLICATION = `
const logsExporter = require('@opentelemetry/exporter-logs-otlp-http');
const metricsExporter = require('@opentelemetry/exporter-metrics-otlp-http');
const resources = require('@opentelemetry/resources');
const sdkLogs = require('@opentelemetry/sdk-logs');
const sdkMetrics = require('@opentelemetry/sdk-metrics');
const { metrics } = require('@opentelemetry/api');
const { NodeSDK } = require('@opentelemetry/sdk-node');
const { OpenTelemetryTransportV3 } = require('@opentelemetry/winston-transport');
const { nodeSdkOptions, TelemetryCollector } = require('rimp-telemetry');
const winston = require('winston');

const modules = { logsExporter, metricsExporter, resources, sdkLogs, sdkMetrics };
const early = winston.createLogger({ transports: [new OpenTelemetryTransportV3()] });
const collector = new TelemetryCollector({ storageBackend: 'file', storagePath: 'stored.jsonl' });
const sdk = new NodeSDK({ serviceName: 'shop', ...nodeSdkOptions(collector, { modules }) });
sdk.start();
early.info('first of all');
const late = winston.createLogger({ transports: [new OpenTelemetryTransportV3()] });
late.info('first of the second');
for (let i = 0; i < 3; i += 1) collector.collectEvent('shop', 'ours ' + i);
metrics.getMeter('shop').createCounter('orders').add(2);
sdk.shutdown().then(() => collector.shutdown()).then(({ complete }) => console.log(JSON.stringify({ complete })));
`;

/** Bundles with the esbuild of the one application what needs the packages of another. */
async function bundled(app: GenerationApp): Promise<string> {
  const directory = await app.directory();
  const bundler = await three.directory();
  const [entry, outfile] = [join(directory, 'app.cjs'), join(directory, 'bundled.cjs')];
  writeFileSync(entry, APPLICATION);
  const options = {
    entryPoints: [entry],
    outfile,
    bundle: true,
    minify: true,
    platform: 'node',
    logLevel: 'error',
    tsconfigRaw: {},
  };
  writeFileSync(
    join(bundler, 'bundle.cjs'),
    `require('esbuild').build(${JSON.stringify(options)}).catch(() => process.exit(1));`,
  );
  const { stderr, status } = await three.node(['bundle.cjs'], { cwd: bundler });
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  return directory;
}

describe('a minified application of one file with NodeSDK', () => {
  // in 2.x, NodeSDK by itself has no provider for loggers that another copy of the API handed out before it started
  it.each([
    { app: two, name: two.name, early: [] },
    { app: three, name: three.name, early: ['first of all'] },
  ])(
    'has its first lines stored and exported, once each, and no false alarm: $name',
    async ({ app, early }) => {
      const sink = await otlpSink();
      const directory = await bundled(app);
      const { stdout, stderr } = await app.node(['bundled.cjs'], {
        cwd: directory,
        env: {
          OTEL_TRACES_EXPORTER: 'none',
          OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
          OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
          OTEL_NODE_RESOURCE_DETECTORS: 'none',
        },
      });
      expect({ stdout, stderr }).toEqual({ stdout: '{"complete":true}\n', stderr: '' });
      const expected = [...early, 'first of the second', 'ours 0', 'ours 1', 'ours 2'];
      const { events, metrics } = await new FileStorage(join(directory, 'stored.jsonl')).retrieve();
      expect(events.map(({ message }) => message).toSorted()).toEqual(expected);
      expect(metrics.map(({ name, value }) => [name, value])).toEqual([['orders', 2]]);
      const sent = jsonRecords(sink.requests).map(({ record }) => (record.body as { stringValue: string }).stringValue);
      expect(sent.toSorted()).toEqual(expected);
    },
    60_000,
  );
});
