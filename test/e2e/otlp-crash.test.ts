import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { freePort } from '../helpers/free-port.js';
import { type Otelcol, otelcolProgram, startOtelcol } from '../helpers/otelcol.js';
import { answering, closeSinks } from '../helpers/otlp-sink.js';

const here = otelcolProgram() !== undefined;
if (!here) process.stderr.write('SKIPPED: there is no OpenTelemetry Collector here (set OTELCOL to its program)\n');

// below the package, so that the program finds it by its name
mkdirSync('build', { recursive: true });
const directory = mkdtempSync(join(process.cwd(), 'build', 'otlp-crash-'));
afterAll(async () => {
  await closeSinks();
  rmSync(directory, { recursive: true });
});

const RECORDS = 200_000;

/** Collects events, and after each turn of the event loop prints how many are accepted. */
const WRITE = `
const { writeSync } = require('node:fs');
const { startTelemetry } = require('rimp-telemetry');
const [endpoint, directory, from] = process.argv.slice(2);
const telemetry = startTelemetry({ otlp: { endpoint, queue: { directory } } });
let i = Number(from);
(function some() {
  for (const end = Math.min(${RECORDS}, i + 100); i < end; i += 1) telemetry.collector.collectEvent('load', String(i));
  setImmediate(() => {
    writeSync(1, i + '\\n');
    if (i < ${RECORDS}) some();
    else telemetry.shutdown().then(() => process.exit());
  });
})();`;

it('process.exit() in the middle of a turn loses nothing either', async () => {
  const queue = join(directory, 'exit-queue');
  const script = join(directory, 'exit.cjs');
  writeFileSync(
    script,
    `const { startTelemetry } = require('rimp-telemetry');
    const telemetry = startTelemetry({ otlp: { endpoint: process.argv[2], queue: { directory: process.argv[3] } } });
    for (let i = 0; i < Number(process.argv[4]); i += 1) telemetry.collector.collectEvent('exit', 'record ' + i);
    if (process.argv[4] === '700') process.exit(0);`,
  );
  const run = async (endpoint: string, count: number): Promise<void> => {
    const child = spawn(process.execPath, [script, endpoint, queue, String(count)], { stdio: 'inherit' });
    await once(child, 'close');
    expect(child.exitCode).toBe(0);
  };
  await run(`http://127.0.0.1:${await freePort()}`, 700);
  const sink = await answering(() => ({ status: 200 }));
  // the next start sends what it finds, and ends by itself
  await run(sink.url, 1);
  const text = sink.requests.map(({ body }) => body.toString('latin1')).join('');
  const missing = Array.from({ length: 700 }, (_, i) => `record ${i}`).filter((record) => !text.includes(record));
  expect(missing).toEqual([]);
});

(here ? describe : describe.skip)('kill -9 of the Collector and of the sending process, under load', () => {
  it('misses none of 200,000 accepted records', async () => {
    const script = join(directory, 'write.cjs');
    writeFileSync(script, WRITE);
    const queue = join(directory, 'queue');
    const seen = new Map<number, number>();
    const sink = await answering(({ body }) => {
      // as JSON it is all text: the bodies are the only string values of digits alone
      for (const [, text] of body.toString('utf8').matchAll(/"body":\{"stringValue":"(\d+)"/g))
        seen.set(Number(text), (seen.get(Number(text)) ?? 0) + 1);
      sink.requests.length = 0;
      return { status: 200 };
    });
    const port = await freePort();
    const start = (): Promise<Otelcol> => startOtelcol(sink.url, { port, synchronous: true });
    let collector = await start();
    let isOver = false;
    let restarts = 0;
    const havoc = (async () => {
      while (!isOver) {
        const [count] = [seen.size];
        // under load: each time that some more have come through
        while (!isOver && seen.size < count + 20_000) await new Promise((resolve) => setTimeout(resolve, 10));
        if (isOver) return;
        await collector.stop('SIGKILL');
        restarts += 1;
        collector = await start();
      }
    })();
    let accepted = 0;
    let kills = 0;
    while (accepted < RECORDS) {
      const from = accepted;
      const end = from + 15_000 + Math.floor(Math.random() * 20_000);
      const child = spawn(process.execPath, [script, `http://127.0.0.1:${port}`, queue, String(from)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let rest = '';
      child.stdout.on('data', (chunk: Buffer) => {
        const lines = (rest + chunk.toString()).split('\n');
        rest = lines.pop() ?? '';
        accepted = Math.max(accepted, ...lines.map(Number));
        if (accepted >= end && accepted < RECORDS) child.kill('SIGKILL');
      });
      await once(child, 'close');
      if (child.signalCode === 'SIGKILL') kills += 1;
    }
    isOver = true;
    await havoc;
    // what the last process left because the Collector was away
    const last = spawn(process.execPath, [script, `http://127.0.0.1:${port}`, queue, String(RECORDS)], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    await once(last, 'close');
    await collector.stop();
    const missing = Array.from({ length: RECORDS }, (_, i) => i).filter((i) => !seen.has(i));
    const duplicates = [...seen.values()].reduce((sum, count) => sum + count - 1, 0);
    process.stdout.write(
      `OTLP: ${kills} senders and ${restarts} Collectors killed, ${missing.length} of ${RECORDS} missing, ${duplicates} twice\n`,
    );
    expect(kills).toBeGreaterThanOrEqual(4);
    expect(restarts).toBeGreaterThanOrEqual(2);
    expect(missing).toEqual([]);
  }, 180_000);
});
