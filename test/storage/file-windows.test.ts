import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { FileStorage } from 'rimp-telemetry';

const START = Date.UTC(2026, 0, 1);
const COUNT = 20_000;
const query = { startTime: new Date(START + 5_000_000), endTime: new Date(START + 5_050_000) };

let directory: string;
let path: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'rimp-windows-'));
  path = join(directory, 'telemetry.jsonl');
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** A second between lines, which are out of order by up to half a minute, as several writers make them. */
const timeOf = (i: number): number => START + i * 1_000 + ((i * 7_919) % 61) * 500 - 15_000;

/** A line of four kilobytes. */
function lineOf(message: string, millis: number): string {
  const data = { event_id: 'a', timestamp: new Date(millis).toISOString(), event_type: 'info', source: 's', message };
  return `${JSON.stringify({ type: 'event', data: { ...data, metadata: { padding: 'x'.repeat(4_000) } } })}\n`;
}

/** Writes a file that is too large for a look at each 128 KiB, without an index. */
function writeLarge(): void {
  for (let i = 0; i < COUNT; i += 1_000)
    appendFileSync(path, Array.from({ length: 1_000 }, (_, k) => lineOf(String(i + k), timeOf(i + k))).join(''));
}

async function found(): Promise<string[]> {
  const { events } = await new FileStorage(path).retrieve(query);
  return events.map(({ message }) => message);
}

const expected = Array.from({ length: COUNT }, (_, i) => i)
  .filter((i) => timeOf(i) >= query.startTime.getTime() && timeOf(i) <= query.endTime.getTime())
  .map(String);

it('a window of a large file without an index is found, though lines are out of order by half a minute', async () => {
  writeLarge();
  expect(expected.length).toBeGreaterThan(20);
  expect(await found()).toEqual(expected);
});

it('older lines that were appended to a large file are found', async () => {
  writeLarge();
  appendFileSync(path, lineOf('older', START + 5_010_000));
  expect(await found()).toEqual([...expected, 'older']);
});

it('newer lines that stand before the others are found', async () => {
  appendFileSync(path, Array.from({ length: 100 }, (_, i) => lineOf(`newer ${i}`, START + 5_010_000 + i)).join(''));
  for (let i = 0; i < COUNT; i += 1_000)
    appendFileSync(path, Array.from({ length: 1_000 }, (_, k) => lineOf('old', START - 1e9 + (i + k) * 100)).join(''));
  expect(await found()).toHaveLength(100);
});
