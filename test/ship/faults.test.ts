import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  createOtlpReceiver,
  MemoryStorage,
  type OtlpReceiver,
  shipTelemetry,
  TelemetryCollector,
} from 'rimp-telemetry';
import { openBelow } from '../helpers/descriptors.js';
import { FaultyFs } from '../helpers/faulty-fs.js';

const folder = mkdtempSync(join(tmpdir(), 'rimp-ship-faults-'));
const template = join(folder, 'template');
// the same each time: a checkpoint names files by their paths
const directory = join(folder, 'directory');
const path = join(directory, 'telemetry.jsonl');
const storage = new MemoryStorage({ maxEvents: 10_000 });
const collector = new TelemetryCollector({}, { storage });
const escaped: unknown[] = [];
const note = (error: unknown): void => void escaped.push(error);
let receiver: OtlpReceiver;
let faulty: FaultyFs | undefined;

const line = (id: number): string =>
  `{"type":"event","data":{"event_id":"e${id}","timestamp":"2026-01-01T00:00:00.000Z","event_type":"info","source":"s","message":"${id}","metadata":null}}\n`;
const lines = (from: number, to: number): string =>
  Array.from({ length: to - from }, (_, i) => line(from + i)).join('');
const ids = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, i) => `e${from + i}`);

const ship = () => shipTelemetry({ to: receiver.url, files: [path], checkpoint: join(directory, 'checkpoint') });
const arrived = async (): Promise<string[]> => (await storage.retrieve()).events.map(({ eventId }) => eventId);

/** Files that were shipped up to the 40th event, and what came since: 50 others, in three files. */
beforeAll(async () => {
  receiver = await createOtlpReceiver({ collector, port: 0 });
  mkdirSync(directory);
  writeFileSync(join(directory, 'telemetry.20260101T000000001Z.jsonl.gz'), gzipSync(lines(0, 20)));
  writeFileSync(path, lines(20, 40));
  expect((await ship()).complete).toBe(true);
  appendFileSync(path, lines(40, 50));
  writeFileSync(join(directory, 'telemetry.20260101T000000002Z.jsonl.gz'), gzipSync(lines(50, 70)));
  writeFileSync(join(directory, 'telemetry.20260101T000000003Z.jsonl'), lines(70, 90));
  renameSync(directory, template);
});
beforeEach(() => {
  escaped.length = 0;
  process.on('uncaughtException', note);
  process.on('unhandledRejection', note);
});
afterEach(() => {
  faulty?.restore();
  process.off('uncaughtException', note);
  process.off('unhandledRejection', note);
});
afterAll(async () => {
  await receiver.shutdown();
  await collector.shutdown();
  rmSync(folder, { recursive: true });
});

/** Ships while calls fail, and then once more; gives how many calls failed. */
async function shipWithFault(code: string, from: number, count: number, only?: RegExp): Promise<number> {
  cpSync(template, directory, { recursive: true, preserveTimestamps: true });
  await storage.clear();
  faulty = new FaultyFs({ under: directory, code, from, count, ...(only && { only }) });
  const summary = await ship().catch(() => undefined);
  faulty.restore();
  const { failed } = faulty;
  expect([failed[0], openBelow(directory)]).toEqual([failed[0], 0]);
  const first = new Set(await arrived());
  // what could not be read is not complete; of a file that is said not to be there nothing is known
  const isAll = code === 'ENOENT' || ids(40, 90).every((id) => first.has(id));
  expect([failed[0], summary?.complete === true && !isAll]).toEqual([failed[0], false]);
  expect([failed[0], (await ship()).complete]).toEqual([failed[0], true]);
  const seen = new Set(await arrived());
  expect([failed[0], ids(40, 90).filter((id) => !seen.has(id))]).toEqual([failed[0], []]);
  expect(
    readdirSync(directory).filter((name) => name.endsWith('.tmp') && !failed.some((call) => call.startsWith('rm'))),
  ).toEqual([]);
  rmSync(directory, { recursive: true });
  return failed.length;
}

describe('a shipment on a disk of which any one call fails', () => {
  it.each(['EIO', 'EACCES', 'ENOENT'])(
    '%s: the process lives, what is missing is not complete, and the next run sends the rest',
    async (code) => {
      let at = 0;
      while ((await shipWithFault(code, at, 1)) > 0) at += 1;
      expect(at).toBeGreaterThan(20);
      // and one that fails for good from there on
      for (let from = 0; from < at; from += 17) await shipWithFault(code, from, Number.POSITIVE_INFINITY);
      expect(escaped).toEqual([]);
    },
  );

  it.each(['ENOSPC', 'EDQUOT', 'EROFS'])('%s in each step of writing the checkpoint', async (code) => {
    const step = /^(open|write|close|rename|unlink|rm)\w*Sync$/;
    let at = 0;
    while ((await shipWithFault(code, at, 1, step)) > 0) at += 1;
    expect(at).toBeGreaterThan(4);
    expect(escaped).toEqual([]);
  });
});
