import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { VERSION } from '../../src/runtime/version.js';
import { freshApp, nodeProgram, packedTarball, removeDirectories, run } from '../helpers/fresh-app.js';
import { LATEST_2, LATEST_3, packagesOf } from '../helpers/generations.js';
import { closeSinks, otlpSink } from '../helpers/otlp-sink.js';

afterAll(async () => {
  removeDirectories();
  await closeSinks();
});

const BODY = `
const telemetry = startTelemetry({ serviceName: 'packed', config: { storageBackend: 'file', storagePath: 'out.jsonl' } });
for (let i = 0; i < 1000; i += 1) telemetry.collector.collectEvent('app', 'event ' + i, 'info', { i });
for (let i = 0; i < 1000; i += 1) telemetry.collector.collectMetric('m', i, 'ms');
telemetry.loggerProvider.getLogger('lib').emit({ body: 'foreign' });
telemetry.meterProvider.getMeter('lib').createCounter('c').add(7);
const legacy = new Legacy();
// another collector's event, through the same provider: foreign there, and delivered too
legacy.collect_event('old', 'call');
const { errors, complete } = await telemetry.shutdown();
const kept = await telemetry.collector.storage.retrieve();
const { sinks } = telemetry.collector.health();
console.log(JSON.stringify({
  complete, errors: errors.map(String), events: kept.events.length, metrics: kept.metrics.map((m) => m.name).filter((n) => n !== 'm'),
  legacy: legacy.flush().events[0].event_type, sinks,
}));
`;
const APPLICATIONS = {
  'app.mjs': `import { startTelemetry } from 'rimp-telemetry';
import { TelemetryCollector as Legacy } from 'rimp-telemetry/legacy';
${BODY}`,
  'app.cjs': `const { startTelemetry } = require('rimp-telemetry');
const { TelemetryCollector: Legacy } = require('rimp-telemetry/legacy');
(async () => {${BODY}})();`,
};

describe('the packed package', () => {
  it.each([
    { generation: LATEST_2, major: Number(process.versions.node.split('.')[0]) },
    { generation: LATEST_3, major: 24 },
  ])(
    'works in an application with OpenTelemetry $generation.name on Node $major',
    async ({ generation, major }) => {
      const directory = await freshApp(packagesOf(generation));
      const node = await nodeProgram(major);
      for (const [file, code] of Object.entries(APPLICATIONS)) {
        const sink = await otlpSink();
        writeFileSync(join(directory, file), code.replaceAll('out.jsonl', `${file}.jsonl`));
        const { stdout, stderr, status } = await run(node, [file], {
          cwd: directory,
          env: { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url },
        });
        expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
        expect(JSON.parse(stdout)).toEqual({
          complete: true,
          errors: [],
          events: 1002,
          metrics: ['c'],
          legacy: 'info',
          sinks: {
            storage: { accepted: 2003, delivered: 2003, queued: 0, dropped: {} },
            'otlp-logs': { accepted: 1002, delivered: 1002, queued: 0, dropped: {} },
            'otlp-metrics': { accepted: 2, delivered: 2, queued: 0, dropped: {} },
          },
        });
        expect(new Set(sink.requests.map(({ path }) => path))).toEqual(new Set(['/v1/logs', '/v1/metrics']));
      }
    },
    300_000,
  );

  it('installs without flags if there is nothing else, metrics alone, or NodeSDK of either generation', async () => {
    const CHECK = `const { TelemetryCollector } = require('rimp-telemetry');
      const collector = new TelemetryCollector();
      collector.collectEvent('a', 'b'); collector.collectMetric('m', 1);
      console.log(collector.flush().size);`;
    for (const dependencies of [
      {},
      { '@opentelemetry/api': LATEST_2.api, '@opentelemetry/sdk-metrics': LATEST_2.stable },
      { '@opentelemetry/api': LATEST_2.api, '@opentelemetry/sdk-node': LATEST_2.experimental },
      { '@opentelemetry/api': LATEST_3.api, '@opentelemetry/sdk-node': LATEST_3.experimental },
    ]) {
      const directory = await freshApp(dependencies);
      expect(await run(process.execPath, ['-e', CHECK], { cwd: directory })).toMatchObject({
        stdout: '2\n',
        stderr: '',
      });
    }
  }, 300_000);

  it('knows its version', () => {
    expect(VERSION).toBe((JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }).version);
  });

  it('is small, and holds the library, its documents and examples', async () => {
    const { stdout } = await run('tar', ['-tzvf', await packedTarball()], { cwd: process.cwd() });
    const entries = stdout
      .trim()
      .split('\n')
      .map((line) => line.split(/\s+/));
    const names = entries.map((entry) => entry.at(-1) ?? '');
    expect(
      names.every((name) =>
        /^package\/((dist|docs|examples)\/|package\.json|README\.md|CHANGELOG\.md|LICENSE)/.test(name),
      ),
    ).toBe(true);
    // the library twice, as CommonJS for Node and as ES modules for bundlers, with source maps, and the page
    expect(statSync(await packedTarball()).size).toBeLessThan(1_500_000);
  });
});
