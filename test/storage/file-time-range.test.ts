import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { FileStorage, TelemetryData, TelemetryEvent, type TelemetryQuery } from 'rimp-telemetry';

const directory = mkdtempSync(join(tmpdir(), 'rimp-file-times-'));
let files = 0;
const newFile = (): string => join(directory, String(files++), 'telemetry.jsonl');
afterAll(() => rmSync(directory, { recursive: true }));

const event = (message: string, millis: number) =>
  new TelemetryEvent({ source: 's', message, timestamp: new Date(millis) });
const messages = async (storage: FileStorage, query: TelemetryQuery): Promise<string[]> =>
  (await storage.retrieve(query)).events.map(({ message }) => message);
const numbers = (count: number): string[] => Array.from({ length: count }, (_, i) => String(i));

/** A file large enough for its parts to be distinguished: some 5 MB. */
async function largeFile(path: string, times: (i: number) => number): Promise<number> {
  const storage = new FileStorage(path);
  const count = 20_000;
  const padding = 'x'.repeat(100);
  for (let i = 0; i < count; i += 500)
    await storage.store(
      new TelemetryData({ events: Array.from({ length: 500 }, (_, k) => event(`${i + k} ${padding}`, times(i + k))) }),
    );
  await storage.close();
  return count;
}

describe('a time range of a file', () => {
  const start = Date.UTC(2026, 0, 1);
  const query = { startTime: new Date(start + 5_000_000), endTime: new Date(start + 5_050_000) };
  // a second between lines, which are out of order by up to half a minute, as several writers make them
  const time = (i: number): number => start + i * 1_000 + ((i * 7_919) % 61) * 500 - 15_000;

  it('is found with an index, without one, with a stale one, and with one of another file', async () => {
    const path = newFile();
    const count = await largeFile(path, time);
    const expected = numbers(count).filter((i) => {
      const millis = time(Number(i));
      return millis >= query.startTime.getTime() && millis <= query.endTime.getTime();
    });
    const found = async (): Promise<string[]> =>
      (await messages(new FileStorage(path), query)).map((message) => message.split(' ')[0] as string);
    expect(expected.length).toBeGreaterThan(20);
    const index = readFileSync(`${path}.idx`);
    expect(index.length).toBeGreaterThan(48 * 10);
    expect(await found()).toEqual(expected);
    rmSync(`${path}.idx`);
    expect(await found()).toEqual(expected);
    for (const bad of [index.subarray(0, 1_000), index.subarray(20), Buffer.from('rubbish'), Buffer.alloc(0)]) {
      writeFileSync(`${path}.idx`, bad);
      expect(await found()).toEqual(expected);
    }
    // the file was changed by hand: the first line is the same, the others moved
    writeFileSync(`${path}.idx`, index);
    const lines = readFileSync(path, 'utf8').split('\n');
    writeFileSync(path, [lines[0], ...lines.slice(1).toReversed()].filter((line) => line !== '').join('\n') + '\n');
    expect((await found()).toSorted()).toEqual(expected.toSorted());
  });

  it('reads a small part of a file for a time range', async () => {
    const path = newFile();
    await largeFile(path, (i) => start + i * 1_000);
    for (const withIndex of [true, false]) {
      if (!withIndex) rmSync(`${path}.idx`);
      // what isn't read isn't noticed: half of the file becomes rubbish that is no line at all
      const bytes = readFileSync(path);
      const storage = new FileStorage(path);
      expect(await messages(storage, query)).toHaveLength(51);
      const torn = Buffer.from(bytes);
      for (let at = torn.length >> 1; at < torn.length - 300_000; at += 200) torn[at] = 0x21;
      writeFileSync(path, torn);
      expect(await messages(storage, query)).toHaveLength(51);
      expect(storage.unreadableLines.count).toBe(0);
      writeFileSync(path, bytes);
    }
  });

  it('finds the items of a time range for any times in any order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 100 }), { maxLength: 60 }),
        fc.integer({ min: 0, max: 100 }),
        fc.integer({ min: 0, max: 100 }),
        async (times, from, to) => {
          const storage = new FileStorage({ path: newFile(), rotation: { maxBytes: 1_000 } });
          for (const [i, millis] of times.entries())
            await storage.store(new TelemetryData({ events: [event(String(i), millis)] }));
          const expected = numbers(times.length).filter((i) => {
            const millis = times[Number(i)] as number;
            return millis >= from && millis <= to;
          });
          expect(await messages(storage, { startTime: new Date(from), endTime: new Date(to) })).toEqual(expected);
          await storage.close();
        },
      ),
      { numRuns: 50 },
    );
  });
});
