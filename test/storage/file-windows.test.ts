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

it('a long line with its metadata first does not keep others from being found', async () => {
  const data = {
    event_id: 'a',
    timestamp: '2026-01-01T00:00:00.000Z',
    event_type: 'info',
    source: 's',
    message: 'long',
  };
  const line = { type: 'event', data: { metadata: { padding: 'x'.repeat(12_000_000) }, ...data } };
  appendFileSync(path, `${JSON.stringify(line)}\n${lineOf('short', START + 5_010_000)}`);
  expect(await found()).toEqual(['short']);
});

it('lines that are as far out of order as a look anywhere in the file shows are found', async () => {
  const line = (i: number, millis: number): string => lineOf(String(i).padStart(5, '0'), millis);
  const bytes = line(0, START).length;
  const linesAt = (step: number): number[] =>
    Array.from({ length: Math.ceil((COUNT * bytes) / step) }, (_, i) => Math.ceil((i * step) / bytes));
  const coarse = linesAt(Math.ceil((COUNT * bytes) / 512));
  const seen = new Set([...coarse, ...linesAt(128 * 1024)]);
  const isUnseen = (i: number): boolean => [0, 1, 2, 3].every((more) => !seen.has(i + more));
  // one line that only the first look meets is late by five minutes, and so are some that no look meets
  const met = coarse.find((i) => i > 12_000 && !linesAt(128 * 1024).includes(i)) as number;
  const unmet = Array.from({ length: 50 }, (_, i) => 5_300 + i).find(isUnseen) as number;
  const isLate = (i: number): boolean => i === met || (i >= unmet && i < unmet + 4);
  const millis = (i: number): number => START + i * 1_000 - (isLate(i) ? 300_000 : 0);
  for (let i = 0; i < COUNT; i += 1_000)
    appendFileSync(path, Array.from({ length: 1_000 }, (_, k) => line(i + k, millis(i + k))).join(''));
  const messages = await found();
  expect(messages).toHaveLength(51 + 4);
  expect(messages.map(Number)).toEqual(expect.arrayContaining([unmet, unmet + 3]));
});

it('a time among the metadata is not taken for that of its line, if the metadata come first', async () => {
  const line = (i: number): string => {
    const metadata = { timestamp: '2020-01-01T00:00:00Z', padding: 'x'.repeat(200) };
    const rest = { event_id: 'a', timestamp: new Date(timeOf(i)).toISOString(), event_type: 'info', source: 's' };
    return `${JSON.stringify({ type: 'event', data: { metadata, ...rest, message: String(i) } })}\n`;
  };
  appendFileSync(path, Array.from({ length: COUNT }, (_, i) => line(i)).join(''));
  expect(await found()).toEqual(expected);
});

it('an event among the metadata is not taken for that of its line, if the metadata come first', async () => {
  const event = (id: string, timestamp: string) => ({
    event_id: id,
    timestamp,
    event_type: 'info',
    source: 's',
    message: id,
  });
  const original = { attempt: 1, ...event('old', '2020-01-01T00:00:00Z'), metadata: {} };
  const data = { metadata: { original }, ...event('new', query.startTime.toISOString()) };
  appendFileSync(path, `${JSON.stringify({ type: 'event', data })}\n`);
  expect(await found()).toEqual(['new']);
});
