import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { FileStorage, TelemetryData, TelemetryEvent, TelemetryMetric } from 'rimp-telemetry';
import { Generator } from '../../src/testing/generate.js';
import { unlikelyTexts } from '../helpers/unlikely-texts.js';

const PROGRAM = resolve('test/helpers/rimp-original.py');
const python = spawnSync('python3', ['--version']).status === 0;
const directory = mkdtempSync(join(tmpdir(), 'rimp-python-'));
let files = 0;
const newFile = (): string => join(directory, `${files++}.jsonl`);
afterAll(() => rmSync(directory, { recursive: true }));

/** What the original's types make of a file. */
interface PythonData {
  readonly events: readonly { readonly message: string; readonly metadata: unknown }[];
  readonly metrics: readonly { readonly name: string; readonly value: number; readonly tags: unknown }[];
  readonly skipped: readonly string[];
}

async function runPython(...args: readonly string[]): Promise<PythonData> {
  const child: ChildProcess = spawn('python3', [PROGRAM, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  let out = '';
  child.stdout?.on('data', (chunk) => (out += String(chunk)));
  const status = await new Promise((done) => child.once('close', done));
  expect(status).toBe(0);
  // Python writes NaN and infinities bare
  return JSON.parse(out.replace(/(?<=[:[,] ?)(-?Infinity|NaN)(?=[,\]}])/g, '"$1"')) as PythonData;
}

(python ? describe : describe.skip)('one file and RIMP for Python', () => {
  it('takes every line that this library writes, tags of any type included', async () => {
    const path = newFile();
    const storage = new FileStorage(path);
    const data = new Generator(5).data(300);
    await storage.store(data);
    const tags = { status: 200, ok: true, ratio: -0.5, route: '/a', nan: Number.NaN, huge: 1e300 };
    await storage.store(new TelemetryData({ metrics: [new TelemetryMetric({ name: 'http', value: 1, tags })] }));
    const found = await runPython('read', path);
    expect(found.skipped).toEqual([]);
    expect([found.events.length, found.metrics.length]).toEqual([data.events.length, data.metrics.length + 1]);
    expect(found.metrics.at(-1)?.tags).toEqual({
      status: '200',
      ok: 'true',
      ratio: '-0.5',
      route: '/a',
      nan: 'NaN',
      huge: '1e+300',
    });
    expect((await storage.retrieve()).metrics.at(-1)?.tags).toEqual(tags);
    await storage.close();
  });

  it('gives back what Python wrote, and what Python copied of ours', async () => {
    const path = newFile();
    const copy = newFile();
    await runPython('write', path, '20');
    const storage = new FileStorage(path);
    const events = unlikelyTexts.map(
      (text) => new TelemetryEvent({ source: text, message: text, metadata: { [text]: text, n: [1.5, null] } }),
    );
    const metrics = unlikelyTexts.map(
      (text) => new TelemetryMetric({ name: text, value: 1.5, unit: text, tags: { [text]: text, n: 1 } }),
    );
    await storage.store(new TelemetryData({ events, metrics }));
    await runPython('copy', path, copy);
    const copies = new FileStorage(copy);
    const back = await copies.retrieve();
    expect(copies.unreadableLines.count).toBe(0);
    expect(back.events.slice(0, 20).map(({ message }) => message)).toEqual(
      Array.from({ length: 20 }, (_, i) => `né ${i}`),
    );
    expect(back.events.slice(20).map(({ message, metadata }) => [message, metadata])).toEqual(
      events.map(({ message, metadata }) => [message, metadata]),
    );
    // the original keeps nothing of `otel`: tags are text from there on
    expect(back.metrics.slice(20).map(({ name, unit, tags }) => [name, unit, tags])).toEqual(
      metrics.map(({ name, unit, tags }) => [name, unit, { ...tags, ...(tags?.n === 1 ? { n: '1' } : {}) }]),
    );
    await storage.close();
    await copies.close();
  });

  it('is appended to by both at once, and no line is lost', async () => {
    const path = newFile();
    const storage = new FileStorage(path);
    const writing = runPython('write', path, '200');
    for (let i = 0; i < 200; i += 1) {
      await storage.store(new TelemetryData({ events: [new TelemetryEvent({ source: 'node', message: String(i) })] }));
    }
    await writing;
    const found = await runPython('read', path);
    expect([found.events.length, found.metrics.length, found.skipped]).toEqual([400, 200, []]);
    const ours = await storage.retrieve();
    expect([ours.events.length, ours.metrics.length, storage.unreadableLines.count]).toEqual([400, 200, 0]);
    await storage.close();
  });
});
