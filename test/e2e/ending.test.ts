import { afterAll, describe, expect, it } from '@jest/globals';
import { Programs } from '../helpers/child-program.js';

const programs = new Programs('ending');
afterAll(() => programs.remove());

let files = 0;

/** Runs a program with a collector `c` into a file; gives how it ended, and the messages in the file. */
async function run(
  body: string,
  options = '{}',
  config = '',
): Promise<{ status: number | null; stdout: string; messages: string[] }> {
  files += 1;
  const name = `${files}.jsonl`;
  const { status, stdout } = await programs.run(
    `const make = () => new rimp.TelemetryCollector({ storageBackend: 'file', storagePath: path('${name}'), ${config} }, ${options});\n${body}`,
  );
  const messages = programs.lines(name).map((line) => (JSON.parse(line) as { data: { message: string } }).data.message);
  return { status, stdout, messages };
}

describe("what the application's own handlers of the end collect", () => {
  const late = "process.on('exit', () => c.collectEvent('a', 'last'));";
  it.each([
    ['exit, added before the first event, at a normal end', `let c; ${late} c = make(); c.collectEvent('a', 'first');`],
    ['exit, added after it, at a normal end', `const c = make(); c.collectEvent('a', 'first'); ${late}`],
    [
      'exit, added after it, at process.exit()',
      `const c = make(); c.collectEvent('a', 'first'); ${late} setTimeout(() => process.exit(0), 20);`,
    ],
    [
      'exit, where a flush has left nothing to do',
      `const c = make(); c.collectEvent('a', 'first'); ${late} c.flush(); setTimeout(() => process.exit(0), 20);`,
    ],
    [
      'beforeExit, synchronously',
      "const c = make(); c.collectEvent('a', 'first'); process.once('beforeExit', () => c.collectEvent('a', 'last'));",
    ],
    [
      'beforeExit, later',
      "const c = make(); c.collectEvent('a', 'first'); process.once('beforeExit', () => setTimeout(() => c.collectEvent('a', 'last'), 50));",
    ],
    [
      'a handler of exit that collects, and one that collects after it',
      `const c = make(); process.on('exit', () => c.collectEvent('a', 'first')); ${late}`,
    ],
  ])('is kept: %s', async (_name, body) => {
    expect(await run(body)).toMatchObject({ status: 0, messages: ['first', 'last'] });
  });

  it('is kept if it is all that was ever collected', async () => {
    for (const event of ['beforeExit', 'exit'])
      expect(
        (await run(`const c = make(); process.once('${event}', () => c.collectEvent('a', 'only'));`)).messages,
      ).toEqual(['only']);
  });

  it('wakes a process a few times only, if it is collected whenever the event loop runs dry', async () => {
    const { status, stdout, messages } = await run(`
      let calls = 0;
      const c = make();
      c.addSink('slow', { store: () => new Promise((resolve) => setTimeout(resolve, 5)) });
      process.on('beforeExit', () => { calls += 1; c.collectEvent('a', String(calls)); });
      process.on('exit', () => console.log(calls));`);
    expect(status).toBe(0);
    expect(Number(stdout)).toBeLessThanOrEqual(4);
    expect(messages.length).toBe(Number(stdout));
  });
});

describe('the end of a process', () => {
  it('is not put off by what a storage leaves open for a while, if handlers of beforeExit collect', async () => {
    const storage = `{ storage: { store: async () => { setTimeout(() => undefined, 1100); }, retrieve() {}, clear() {}, close() {}, scan() {} } }`;
    const { status, stdout } = await run(
      `let calls = 0;
       process.on('beforeExit', () => { calls += 1; c.collectEvent('a', 'before'); });
       const c = make();
       c.collectEvent('a', 'b');
       process.on('beforeExit', async () => { await null; c.collectEvent('a', 'after'); });
       process.on('exit', () => console.log(calls));`,
      storage,
    );
    expect([status, Number(stdout) <= 4]).toEqual([0, true]);
  });

  it('comes again for a process that goes on and collects after its event loop had run dry', async () => {
    const { status, messages } = await run(`
      const c = make();
      c.collectEvent('a', '0');
      let lives = 0;
      process.on('beforeExit', () => {
        lives += 1;
        if (lives <= 4) setTimeout(() => c.collectEvent('a', String(lives)), 1_100);
      });`);
    expect([status, messages]).toEqual([0, ['0', '1', '2', '3', '4']]);
  });

  it('is not put off by a storage that collects while it stores, synchronously too', async () => {
    const storage = `{ storage: { store: async () => { c.collectEvent('a', 'again'); }, storeSync() { c.collectEvent('a', 'again'); }, retrieve() {}, clear() {}, close() {}, scan() {} }, warnOnLoss: false }`;
    const { status } = await run(
      `let c; c = make(); c.collectEvent('a', 'b'); setTimeout(() => process.exit(0), 20);`,
      storage,
      'bufferSize: 1',
    );
    expect(status).toBe(0);
  });

  it('flushes a provider of the application once, whether or not a collector has something buffered too', async () => {
    const { stdout } = await run(
      `const meterProvider = { getMeter: () => undefined, forceFlush: async () => console.log('flushed') };
       const c = make();
       c.useProviders({ meterProvider });
       c.collectEvent('a', 'first');
       c.flush();
       setTimeout(() => c.collectEvent('a', 'last'), 50);`,
    );
    expect(stdout).toBe('flushed\n');
  });

  it('asks a provider that took all of the time for no second flush, and keeps what was collected meanwhile', async () => {
    const { stdout, messages } = await run(
      `const meterProvider = {
         getMeter: () => undefined,
         forceFlush: () => new Promise((resolve) => {
           console.log('flushed');
           setTimeout(() => { c.collectEvent('a', 'late'); resolve(); }, 10_500);
         }),
       };
       const c = make();
       c.useProviders({ meterProvider });
       c.collectEvent('a', 'first');`,
    );
    expect({ stdout, messages }).toEqual({ stdout: 'flushed\n', messages: ['first', 'late'] });
  }, 30_000);

  it('finds nothing that holds collectors which were flushed and dropped', async () => {
    const { stdout } = await programs.run(
      `const left = [];
       for (let i = 0; i < 500; i += 1) {
         const c = new rimp.TelemetryCollector({}, i % 2 === 0 ? {} : { flushOnSignals: true });
         c.collectEvent('a', 'b');
         c.collectMetric('m', 1);
         c.flush();
         left.push(new WeakRef(c));
       }
       setTimeout(() => { gc(); setTimeout(() => { gc(); console.log(left.filter((ref) => ref.deref() !== undefined).length); process.exit(); }, 50); }, 50);`,
      { nodeArgs: ['--expose-gc'] },
    );
    expect(Number(stdout)).toBeLessThan(5);
  });

  it('leaves none of our listeners behind but one for each of its two events, however many collectors there were', async () => {
    const { stdout } = await programs.run(`
      (async () => {
        for (let i = 0; i < 30; i += 1) {
          const c = new rimp.TelemetryCollector({}, { flushOnSignals: true });
          c.collectEvent('a', 'b');
          await c.shutdown();
        }
        console.log(['beforeExit', 'exit', 'SIGTERM', 'SIGINT'].map((name) => process.listenerCount(name)).join());
      })();`);
    expect(stdout.trim()).toBe('1,1,0,0');
  });
});
