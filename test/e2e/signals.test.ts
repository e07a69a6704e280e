import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from '@jest/globals';
import { type Ended, type ProgramOptions, Programs } from '../helpers/child-program.js';

const programs = new Programs('signals');
afterAll(() => programs.remove());

/** Runs a program until it says `ready`, sends signals, and waits for its end. */
async function signalled(
  body: string,
  signals: NodeJS.Signals[] = ['SIGTERM'],
  options?: ProgramOptions,
): Promise<Ended> {
  const running = programs.start(`${body}\nsetInterval(() => {}, 1000); console.log('ready');`, options);
  await running.says('ready');
  for (const signal of signals) running.child.kill(signal);
  return running.ended;
}

let files = 0;
const file = (): string => `${(files += 1)}.jsonl`;
const collectorOf = (name: string, options = '{ flushOnSignals: true }'): string =>
  `new rimp.TelemetryCollector({ storageBackend: 'file', storagePath: path('${name}') }, ${options})`;

describe('a signal', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    '%s flushes a collector without any SDK, and ends the process',
    async (signal) => {
      const name = file();
      const ended = await signalled(`const c = ${collectorOf(name)}; c.collectEvent('a', 'b');`, [signal]);
      expect(ended).toMatchObject({ signal, stderr: '' });
      expect(programs.lines(name).length).toBe(1);
    },
  );

  it('takes what was collected with it if nobody asked for more', async () => {
    const name = file();
    await signalled(`const c = ${collectorOf(name, '{}')}; c.collectEvent('a', 'b');`);
    expect(programs.lines(name)).toEqual([]);
  });

  it('flushes all collectors of the process, the slow ones too, before it ends it', async () => {
    const slow = (millis: number): string => `new rimp.TelemetryCollector({}, { flushOnSignals: true, storage: {
      store: (data) => new Promise((resolve) => setTimeout(() => { console.log('stored ' + data.size); resolve(); }, ${millis})),
      retrieve() {}, clear() {}, close() {}, scan() {} } })`;
    const name = file();
    const ended = await signalled(`
      const all = [${slow(10)}, ${slow(600)}, ${collectorOf(name, '{}')}];
      for (const c of all) c.collectEvent('a', 'b');`);
    expect(ended.signal).toBe('SIGTERM');
    expect(ended.stdout.match(/stored 1/g)?.length).toBe(2);
    expect(programs.lines(name).length).toBe(1);
  });

  it.each(['on', 'once', 'prependListener', 'prependOnceListener'])(
    'leaves the end to a handler of the application that was put first with %s',
    async (how) => {
      const name = file();
      const ended = await signalled(`
      const handle = () => setTimeout(() => { c.collectEvent('a', 'drained'); process.exit(0); }, 300);
      ${how.startsWith('prepend') ? '' : `process.${how}('SIGTERM', handle);`}
      const c = ${collectorOf(name)}; c.collectEvent('a', 'b');
      ${how.startsWith('prepend') ? `process.${how}('SIGTERM', handle);` : ''}`);
      expect(ended).toMatchObject({ status: 0, signal: null });
      expect(programs.lines(name).length).toBe(2);
    },
  );

  it.each([
    ['before anything is collected', "process.removeAllListeners('SIGTERM'); c.collectEvent('a', 'late');", 'SIGTERM'],
    ['after it', "c.collectEvent('a', 'late'); process.removeAllListeners('SIGTERM');", 'SIGTERM'],
    [
      'and listens itself',
      "process.removeAllListeners('SIGTERM'); c.collectEvent('a', 'late'); process.on('SIGTERM', () => setTimeout(() => process.exit(7), 200));",
      7,
    ],
    [
      'in its own handler, which sends the signal again',
      "c.collectEvent('a', 'late'); process.on('SIGTERM', () => setTimeout(() => { process.removeAllListeners('SIGTERM'); process.kill(process.pid, 'SIGTERM'); }, 50));",
      'SIGTERM',
    ],
  ])('loses nothing if the application removes all listeners, %s', async (_when, body, code) => {
    const name = file();
    const { status, signal } = await signalled(`const c = ${collectorOf(name)}; ${body}`);
    expect(status ?? signal).toBe(code);
    expect(programs.lines(name)).toEqual([expect.stringContaining('"late"')]);
  });

  it('leaves it to a handler that takes itself away', async () => {
    const ended = await signalled(`
      process.on('SIGTERM', function handle() { process.off('SIGTERM', handle); setTimeout(() => process.exit(7), 300); });
      const c = ${collectorOf(file())}; c.collectEvent('a', 'b');`);
    expect(ended.status).toBe(7);
  });

  it('that a handler sends again, when it has done its work, ends the process', async () => {
    const name = file();
    const ended = await signalled(`
      process.once('SIGTERM', () => setTimeout(() => process.kill(process.pid, 'SIGTERM'), 100));
      const c = ${collectorOf(name)}; c.collectEvent('a', 'b');`);
    expect(ended.signal).toBe('SIGTERM');
    expect(programs.lines(name).length).toBe(1);
  });

  it('ends a set-up of startTelemetry that the application does not survive, and only flushes one that it does', async () => {
    const name = file();
    const set = `const telemetry = rimp.startTelemetry({ otlp: false, shutdownOnSignals: true, config: { storageBackend: 'file', storagePath: path('${name}') } });
      telemetry.collector.collectEvent('a', 'b');`;
    expect((await signalled(set)).signal).toBe('SIGTERM');
    const ended = await signalled(`${set}
      process.on('SIGTERM', () => setTimeout(() => { console.log(telemetry.collector.collectEvent('a', 'draining') !== null); process.exit(0); }, 300));`);
    expect(ended).toMatchObject({ status: 0 });
    expect(ended.stdout).toContain('true');
    expect(programs.lines(name).length).toBe(3);
  });

  it('sent twice ends a process at once whose storage hangs, and once after 5 seconds', async () => {
    const hangs = `const c = new rimp.TelemetryCollector({}, { flushOnSignals: true, storage: { store: () => new Promise(() => {}), retrieve() {}, clear() {}, close() {}, scan() {} } }); c.collectEvent('a', 'b');`;
    const running = programs.start(`${hangs} setInterval(() => {}, 1000); console.log('ready');`);
    await running.says('ready');
    const begun = performance.now();
    const again = setInterval(() => running.child.kill('SIGTERM'), 100);
    expect((await running.ended).signal).toBe('SIGTERM');
    clearInterval(again);
    expect(performance.now() - begun).toBeLessThan(3_000);
    expect((await signalled(hangs)).signal).toBe('SIGTERM');
  });

  it('goes on to work with the package signal-exit, which waits for us as we for it', async () => {
    const name = file();
    const ended = await signalled(`
      const emitter = { count: 1 };
      globalThis[Symbol.for('signal-exit emitter')] = emitter;
      const listener = () => {
        // as that package does
        if (process.listeners('SIGTERM').length !== emitter.count) return;
        process.removeListener('SIGTERM', listener);
        emitter.count = 0;
        console.log('cleaned up');
        process.kill(process.pid, 'SIGTERM');
      };
      process.on('SIGTERM', listener);
      const c = ${collectorOf(name)}; c.collectEvent('a', 'b');`);
    expect(ended.signal).toBe('SIGTERM');
    expect(ended.stdout).toContain('cleaned up');
    expect(programs.lines(name).length).toBe(1);
  });

  it('flushes worker threads too, and does not wait for those that are gone', async () => {
    const name = file();
    writeFileSync(
      programs.path('worker.cjs'),
      `const rimp = require('rimp-telemetry');
       const c = new rimp.TelemetryCollector({ storageBackend: 'file', storagePath: require('node:worker_threads').workerData }, { flushOnSignals: true });
       c.collectEvent('worker', 'b');
       require('node:worker_threads').parentPort.postMessage('up');
       setInterval(() => {}, 1000);`,
    );
    const begun = performance.now();
    const running = programs.start(`
      const { Worker } = require('node:worker_threads');
      const c = ${collectorOf(name)}; c.collectEvent('main', 'b');
      const start = (data) => new Promise((resolve) => { const worker = new Worker(path('worker.cjs'), { workerData: data }); worker.once('message', () => resolve(worker)); });
      (async () => {
        await (await start(path('gone.jsonl'))).terminate();
        await start(path('${name}'));
        await start(path('${name}'));
        setInterval(() => {}, 1000);
        console.log('ready');
      })();`);
    await running.says('ready');
    running.child.kill('SIGTERM');
    expect((await running.ended).signal).toBe('SIGTERM');
    const sources = programs.lines(name).map((line) => /"source":"(\w+)"/.exec(line)?.[1] ?? '');
    expect(sources.toSorted()).toEqual(['main', 'worker', 'worker']);
    expect(performance.now() - begun).toBeLessThan(8_000);
  });

  it('leaves no listener behind once all collectors are shut down, and a worker ends by itself', async () => {
    const { stdout, status } = await programs.run(`
      const { Worker, isMainThread } = require('node:worker_threads');
      if (isMainThread) process.once('exit', () => console.log(process.listenerCount('SIGTERM'), process.listenerCount('SIGINT'), process.listenerCount('removeListener')));
      const before = process.listenerCount('removeListener');
      const all = [1, 2, 3].map(() => new rimp.TelemetryCollector({}, { flushOnSignals: true }));
      Promise.all(all.map((c) => c.shutdown())).then(() => { if (isMainThread) new Worker(__filename); });
      if (!isMainThread) new rimp.TelemetryCollector({}, { flushOnSignals: true }).collectEvent('a', 'b');`);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^0 0 \d\n$/);
  });

  const unshare = ['unshare', '--user', '--map-root-user', '--pid', '--fork', '--kill-child', '--mount-proc'];
  const hasNamespaces = spawnSync(unshare[0] as string, [...unshare.slice(1), 'true']).status === 0;
  (hasNamespaces ? it : it.skip)('ends the first process of a container, which signals do not', async () => {
    const name = file();
    const running = programs.start(
      `const c = ${collectorOf(name)}; c.collectEvent('a', 'b'); setInterval(() => {}, 1000); console.log('pid ' + process.pid + ' ready');`,
      { through: unshare },
    );
    await running.says('pid 1 ready');
    const { stdout } = spawnSync('ps', ['-o', 'pid=', '--ppid', String(running.child.pid)], { encoding: 'utf8' });
    process.kill(Number(stdout.trim().split(/\s+/)[0]), 'SIGTERM');
    expect((await running.ended).status).toBe(143);
    expect(programs.lines(name).length).toBe(1);
  });
});
