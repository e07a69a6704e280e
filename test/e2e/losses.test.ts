import { afterAll, describe, expect, it } from '@jest/globals';
import { type Ended, Programs } from '../helpers/child-program.js';

const programs = new Programs('losses');
afterAll(() => programs.remove());

/** A collector whose storage refuses everything, which is given `items` events one by one. */
const REFUSED = `
  const storage = { store: async () => { throw new rimp.StorageError('no\\nroom\\u001b[31m', { permanent: true }); }, retrieve() {}, clear() {}, close() {}, scan() {} };
  const collector = new rimp.TelemetryCollector({ bufferSize: 1 }, { storage, ...globalThis.options });
  for (let i = 0; i < (globalThis.items ?? 1); i += 1) collector.collectEvent('a', 'b');
  collector.forceFlush();`;

const LOST =
  'rimp-telemetry: lost 1 item (see health().sinks.storage.dropped.refused): sink "storage" failed: no\\nroom\\u001b[31m\n';

const onStderr = async (body: string, env: Record<string, string> = {}): Promise<string> =>
  (await programs.run(body, { env })).stderr;

describe('the first loss', () => {
  it('is one line on standard error: how much, which counter, why; control characters are escaped', async () => {
    expect(await onStderr(REFUSED)).toContain(LOST);
  });

  it('of a kind comes once a minute, however many follow', async () => {
    const stderr = await onStderr(`globalThis.items = 1000; ${REFUSED}`);
    expect(stderr.split('\n').filter((line) => line.includes('sink "storage" failed')).length).toBeLessThanOrEqual(2);
    expect(stderr.split('\n').length).toBeLessThanOrEqual(3);
  });

  it.each([
    ['RIMP_LOG_LEVEL', { RIMP_LOG_LEVEL: 'none' }],
    ['OTEL_LOG_LEVEL', { OTEL_LOG_LEVEL: 'NONE' }],
  ])('is not reported if %s is none', async (_name, env) => {
    expect(await onStderr(REFUSED, env)).toBe('');
  });

  it('is reported if RIMP_LOG_LEVEL asks for it and OTEL_LOG_LEVEL does not', async () => {
    expect(await onStderr(REFUSED, { RIMP_LOG_LEVEL: 'error', OTEL_LOG_LEVEL: 'none' })).toContain(LOST);
  });

  it('is not reported if the collector is asked not to', async () => {
    expect(await onStderr(`globalThis.options = { warnOnLoss: false }; ${REFUSED}`)).toBe('');
  });

  it('goes to the logger of `diag` instead, if it has one, also one of another version of the API', async () => {
    const logger = '{ error() {}, warn: (text) => console.log(text), info() {}, debug() {}, verbose() {} }';
    for (const set of [
      `require('@opentelemetry/api').diag.setLogger(${logger});`,
      `globalThis[Symbol.for('opentelemetry.js.api.1')] = { version: '1.99.0', diag: ${logger} };`,
    ]) {
      const { stdout, stderr }: Ended = await programs.run(`${set} ${REFUSED}`);
      expect(stderr).toBe('');
      expect(stdout).toContain('rimp-telemetry: sink "storage" failed: no');
    }
  });

  it('is reported for what is lost on the way over OTLP, and counts for the collector as a whole', async () => {
    const { stdout, stderr } = await programs.run(`
      const otlp = { endpoint: 'http://127.0.0.1:9', protocol: 'http/json', timeoutMillis: 500 };
      const telemetry = rimp.startTelemetry({ otlp });
      for (let i = 0; i < 10; i += 1) telemetry.collector.collectEvent('a', 'b');
      telemetry.collector.forceFlush({ timeoutMillis: 5000 }).then(() => telemetry.shutdown({ timeoutMillis: 3000 })).then(() => {
        const { accepted, delivered, queued, dropped, sinks } = telemetry.collector.health();
        console.log(JSON.stringify({ accepted, delivered, queued, dropped, otlp: sinks['otlp-logs'] }));
        process.exit();
      });`);
    const health = JSON.parse(stdout) as { readonly dropped: Readonly<Record<string, number>> };
    const lost = Object.values(health.dropped).reduce((sum, count) => sum + count, 0);
    expect(lost).toBe(10);
    expect(health).toMatchObject({ accepted: 10, delivered: 0, queued: 0 });
    expect(stderr).toMatch(
      /^rimp-telemetry: lost \d+ items? \(see health\(\)\.sinks\['otlp-logs'\]\.dropped\.\w+\): /m,
    );
  });

  it.each(['setTimeout(() => undefined, 50)', 'setTimeout(() => process.exit(), 50)'])(
    'is reported for what was not sent at the end of the process, which does not wait for minutes: %s',
    async (end) => {
      const { status, stderr } = await programs.run(`
        const telemetry = rimp.startTelemetry({ otlp: { endpoint: 'http://127.0.0.1:9' } });
        for (let i = 0; i < 20_000; i += 1) telemetry.collector.collectEvent('a', 'b');
        ${end};`);
      expect(status).toBe(0);
      const lost = Array.from(stderr.matchAll(/lost (\d+) items \(see health\(\)\.sinks\['otlp-logs'\]/g), ([, n]) =>
        Number(n),
      );
      expect(lost.reduce((sum, count) => sum + count, 0)).toBe(20_000);
      expect(stderr).toContain('the process ended before');
    },
  );

  it.each([
    ['a metric without a name', "collector.collectMetric('', 1)", 'rejected.invalid_metric'],
    [
      'what is collected after the shutdown',
      "collector.shutdown(); collector.collectEvent('a', 'b')",
      'rejected.after_shutdown',
    ],
  ])('is reported for %s', async (_name, call, counter) => {
    const stderr = await onStderr(`const collector = new rimp.TelemetryCollector(); ${call};`);
    expect(stderr).toContain(`rimp-telemetry: lost 1 item (see health().${counter}): `);
    expect(stderr.trimEnd().split('\n').length).toBe(1);
  });

  it('ends no program whose standard error nobody reads', async () => {
    const running = programs.start(`
      console.log('ready');
      setTimeout(() => { ${REFUSED} setTimeout(() => console.log('alive'), 200); }, 300);`);
    await running.says('ready');
    running.child.stderr?.destroy();
    await running.says('alive');
    expect((await running.ended).status).toBe(0);
  });
});

describe('what is no loss', () => {
  it.each([
    [
      'a listener that throws',
      "collector.addListener(() => { throw new Error('no'); }); collector.collectEvent('a', 'b');",
    ],
    [
      'items that a bounded memory storage forgets',
      "for (let i = 0; i < 20; i += 1) collector.collectEvent('a', 'b');",
    ],
    [
      'a storage that fails at first',
      "let n = 0; collector.addSink('x', { store: async () => { n += 1; if (n < 3) throw new Error('busy'); } }); collector.collectEvent('a', 'b');",
    ],
    [
      'an event that a filter of the application withholds',
      "const { LoggerProvider } = require('@opentelemetry/sdk-logs'); const loggerProvider = new LoggerProvider({ processors: [new rimp.RimpLogRecordProcessor(collector)] }); collector.useProviders({ loggerProvider }); collector.collectEvent('a', 'b');",
    ],
  ])('says nothing: %s', async (_name, body) => {
    const { stderr, status } = await programs.run(
      `const collector = new rimp.TelemetryCollector({ bufferSize: 2 }, { maxEvents: 5 }); ${body}`,
    );
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  });
});
