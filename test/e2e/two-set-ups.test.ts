import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { removeDirectories } from '../helpers/fresh-app.js';
import { generationApps } from '../helpers/generation-app.js';
import { closeSinks, jsonRecords, otlpSink } from '../helpers/otlp-sink.js';

const { two, three } = generationApps('two-set-ups');
afterAll(() => {
  for (const app of [two, three]) app.remove();
  removeDirectories();
});
afterEach(closeSinks);

const OURS = 'rimp-telemetry/register';
/** Another set-up, as `auto-instrumentations-node/register` is one. */
const OTHER = {
  'other.cjs': `const { NodeSDK } = require('@opentelemetry/sdk-node');
    const sdk = new NodeSDK({ serviceName: 'other', instrumentations: [], autoDetectResources: false });
    sdk.start();
    globalThis.endOther = () => sdk.shutdown();`,
  'other.mjs': `import { NodeSDK } from '@opentelemetry/sdk-node';
    const sdk = new NodeSDK({ serviceName: 'other', instrumentations: [], autoDetectResources: false });
    sdk.start();
    globalThis.endOther = () => sdk.shutdown();`,
};
const PROGRAM = `
const api = require('@opentelemetry/api');
const { logs } = api.logs ? api : require('@opentelemetry/api-logs');
logs.getLogger('lib').emit({ body: 'hello', severityNumber: 9 });
api.metrics.getMeter('lib').createCounter('c').add(3);
globalThis.endOther().then(() => require('rimp-telemetry/register').telemetry.shutdown());`;

const cases = [two, three].flatMap((app) =>
  ['--require', '--import'].flatMap((flag) =>
    ['after', 'before'].map((order) => ({ app, generation: app.name, flag, order })),
  ),
);

describe('rimp-telemetry/register beside another set-up', () => {
  it.each(cases)(
    'stores what libraries emit if it comes $order it, and the other still exports: $generation, $flag',
    async ({ app, flag, order }) => {
      const sink = await otlpSink();
      const cwd = await app.directory();
      const path = join(cwd, 'stored.jsonl');
      for (const [name, code] of Object.entries({ ...OTHER, 'program.cjs': PROGRAM }))
        writeFileSync(join(cwd, name), code);
      const other = flag === '--require' ? './other.cjs' : './other.mjs';
      const modules = order === 'after' ? [other, OURS] : [OURS, other];
      const { stderr } = await app.node([...modules.flatMap((module) => [flag, module]), 'program.cjs'], {
        cwd,
        env: {
          OTEL_TRACES_EXPORTER: 'none',
          OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
          OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
          RIMP_STORAGE_BACKEND: 'file',
          RIMP_STORAGE_PATH: path,
        },
      });
      const stored = existsSync(path) ? readFileSync(path, 'utf8') : '';
      expect(stderr).toBe('');
      expect(stored.match(/"message":"hello"/g)).toHaveLength(1);
      expect(stored).toContain('"name":"c"');
      expect(jsonRecords(sink.requests).map(({ record }) => record.body)).toEqual([{ stringValue: 'hello' }]);
      // by its name, as ours exports there as well
      const ofOther = sink.requests.filter(({ body }) => body.includes('"other"')).map(({ path: to }) => to);
      expect([...new Set(ofOther)].sort()).toEqual(['/v1/logs', '/v1/metrics']);
    },
    120_000,
  );
});

/** Two set-ups of ours; libraries hold on to a logger and a counter, and get new ones as well. */
const OVERLAPPING = `
const api = require('@opentelemetry/api');
const separate = require('@opentelemetry/api-logs');
const { startTelemetry, FileStorage } = require('rimp-telemetry');
const start = (name) => startTelemetry({ config: { storageBackend: 'file', storagePath: name }, otlp: false });
const all = [api.logs, separate.logs].filter((logs) => logs !== undefined);
(async () => {
  const first = start('first.jsonl');
  const kept = all.map((logs) => logs.getLogger('lib'));
  const counter = api.metrics.getMeter('lib').createCounter('kept');
  const second = start('second.jsonl');
  const third = start('third.jsonl');
  const emit = (body) => {
    for (const logger of kept) logger.emit({ body: body + ' kept' });
    for (const logs of all) logs.getLogger('lib').emit({ body: body + ' new' });
    counter.add(1);
    api.metrics.getMeter('lib').createCounter('new ' + body).add(1);
  };
  const before = globalThis[Symbol.for('opentelemetry.js.api.1')];
  emit('all');
  first.collector.collectEvent('app', 'own of the first');
  second.collector.collectEvent('app', 'own of the second');
  await first.shutdown();
  emit('two');
  await second.shutdown();
  emit('one');
  await third.shutdown();
  emit('none');
  const fourth = start('fourth.jsonl');
  emit('again');
  await fourth.shutdown();
  const found = {};
  for (const name of ['first', 'second', 'third', 'fourth']) {
    const { events, metrics } = await new FileStorage(name + '.jsonl').retrieve();
    found[name] = {
      events: events.map(({ message }) => message),
      kept: metrics.filter((one) => one.name === 'kept').reduce((sum, one) => sum + one.value, 0),
      metrics: [...new Set(metrics.map((one) => one.name))].filter((one) => one !== 'kept').sort(),
    };
  }
  const registered = globalThis[Symbol.for('opentelemetry.js.api.1')] ?? {};
  found.left = [registered.logs, registered.metrics, globalThis[Symbol.for('io.opentelemetry.js.api.logs')]].filter((one) => one !== undefined).length;
  console.log(JSON.stringify(found));
})();`;

describe('set-ups of ours that overlap', () => {
  it.each([two, three])(
    'each hear libraries until they end, and the next then has the globals: $name',
    async (app) => {
      const cwd = await app.directory();
      writeFileSync(join(cwd, 'program.cjs'), OVERLAPPING);
      const { stdout, stderr } = await app.node(['program.cjs'], { cwd });
      expect(stderr).toBe('');
      const twice = (...bodies: string[]) => (app === three ? bodies.flatMap((body) => [body, body]) : bodies);
      expect(JSON.parse(stdout)).toEqual({
        first: {
          events: [...twice('all kept', 'all new'), 'own of the first'],
          kept: 1,
          metrics: ['new all'],
        },
        second: {
          events: [
            ...twice('all kept', 'all new'),
            'own of the first',
            'own of the second',
            ...twice('two kept', 'two new'),
          ],
          kept: 2,
          metrics: ['new all', 'new two'],
        },
        third: {
          events: [
            ...twice('all kept', 'all new'),
            'own of the first',
            ...twice('two kept', 'two new', 'one kept', 'one new'),
          ],
          kept: 3,
          metrics: ['new all', 'new one', 'new two'],
        },
        fourth: { events: twice('again new'), kept: 0, metrics: ['new again'] },
        left: 0,
      });
    },
    120_000,
  );
});

/** The methods of the APIs that are not as they were, and what else is left of a set-up. */
const AFTERWARDS = `
const api = require('@opentelemetry/api');
const apis = [api.metrics, api.logs, require('@opentelemetry/api-logs').logs].filter((one) => one !== undefined);
const left = () => {
  const registered = globalThis[Symbol.for('opentelemetry.js.api.1')] ?? {};
  return [
    ...apis.flatMap((one) => Object.keys(Object.getOwnPropertyDescriptors(one)).filter((name) => name.startsWith('setGlobal'))),
    ...['logs', 'metrics', 'diag'].filter((name) => registered[name] !== undefined),
  ];
};
const { telemetry } = require('rimp-telemetry/register');
const during = left().length;
telemetry.shutdown().then(async () => {
  const after = left();
  const { startTelemetry } = require('rimp-telemetry');
  const again = startTelemetry();
  const { logs } = api.logs ? api : require('@opentelemetry/api-logs');
  logs.getLogger('lib').emit({ body: 'after that' });
  await again.shutdown();
  console.log(JSON.stringify({ wasThere: during > 0, after, stored: again.collector.health().accepted }));
});`;

describe('rimp-telemetry/register', () => {
  it.each([two, three])(
    'leaves nothing behind when it is shut down, and what is started then takes: $name',
    async (app) => {
      const cwd = await app.directory();
      writeFileSync(join(cwd, 'program.cjs'), AFTERWARDS);
      const { stdout, stderr } = await app.node(['--import', OURS, 'program.cjs'], {
        cwd,
        env: { OTEL_LOG_LEVEL: 'error' },
      });
      expect({ stderr, found: JSON.parse(stdout) }).toEqual({
        stderr: '',
        found: { wasThere: true, after: [], stored: 1 },
      });
    },
    120_000,
  );
});
