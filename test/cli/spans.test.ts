import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { FileStorage, TelemetryData, TelemetryEvent } from 'rimp-telemetry';
import { rimp } from '../helpers/run-rimp.js';

const directory = mkdtempSync(join(tmpdir(), 'rimp-cli-spans-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
const path = (name: string): string => join(directory, name);
const START = Date.parse('2026-11-24T10:00:00Z');

const spanOf = (message: string, millis: number, metadata: object = {}, error?: string): TelemetryEvent =>
  new TelemetryEvent({
    timestamp: new Date(START),
    source: 'api',
    message,
    eventType: error === undefined ? 'info' : 'error',
    metadata: { ...metadata },
    otel: {
      traceId: 'a'.repeat(32),
      spanId: 'b'.repeat(16),
      span: {
        kind: 'server',
        parentSpanId: 'c'.repeat(16),
        endTimeUnixNano: String(BigInt(Math.round((START + millis) * 1_000)) * 1_000n),
        ...(error !== undefined && { status: { code: 'error', message: error } }),
      },
    },
  });

async function write(name: string, events: readonly TelemetryEvent[]): Promise<void> {
  const storage = new FileStorage(path(name));
  await storage.store(new TelemetryData({ events }));
  await storage.close();
}

beforeAll(() =>
  write('a.jsonl', [
    spanOf('quick', 12.25),
    spanOf('slow', 1_250),
    spanOf('says so itself', 500, { duration_ms: 7, span_kind: 'mine' }),
    spanOf('broken', 40, {}, 'no \u001b[31m stock'),
    new TelemetryEvent({ timestamp: new Date(START), source: 'api', message: 'a log record' }),
  ]),
);

const messages = (...args: string[]): string[] =>
  rimp(['query', path('a.jsonl'), '--template', '{message}', ...args]).lines;

describe('rimp query', () => {
  it('shows how long a span took and what went wrong, with nothing that a terminal obeys', () => {
    const { stdout } = rimp(['query', path('a.jsonl'), '--utc']);
    expect(stdout).toMatch(/ SPAN {4}api quick 12\.3 ms\n/);
    expect(stdout).toMatch(/ SPAN {4}api slow 1\.25 s\n/);
    expect(stdout).toMatch(/ ERROR {3}api broken 40 ms \(no \\u001b\[31m stock\)\n/);
    expect(stdout).toMatch(/ INFO {4}api a log record\n/);
  });

  it('asks for spans alone by --kind span, and has them among the events', () => {
    expect(messages('--kind', 'span')).toEqual(['quick', 'slow', 'says so itself', 'broken']);
    expect(messages('--kind', 'event')).toHaveLength(5);
    const { status, stderr } = rimp(['query', path('a.jsonl'), '--kind', 'trace']);
    expect([status, stderr]).toEqual([2, expect.stringContaining('event, metric or span')]);
  });

  it('knows the duration, kind, status and parent of a span, unless it has attributes of these names', () => {
    expect(messages('--where', 'duration_ms > 12')).toEqual(['quick', 'slow', 'broken']);
    expect(messages('--where', 'duration_ms = 7')).toEqual(['says so itself']);
    expect(messages('--where', 'span_kind = server')).toEqual(['quick', 'slow', 'broken']);
    expect(messages('--where', 'span_status = error')).toEqual(['broken']);
    expect(messages('--where', `parent_span_id = ${'c'.repeat(16)}`)).toHaveLength(4);
    expect(messages('--meta', 'duration_ms=7')).toEqual(['says so itself']);
  });

  it('has the duration and the parent in CSV and logfmt', () => {
    const [header = '', first = ''] = rimp(['query', path('a.jsonl'), '--csv', '-n', '1']).lines;
    const cells = Object.fromEntries(header.split(',').map((name, i) => [name, first.split(',')[i]]));
    expect(cells).toMatchObject({ duration_ms: '12.25', span_id: 'b'.repeat(16), parent_span_id: 'c'.repeat(16) });
    const [line] = rimp(['query', path('a.jsonl'), '--logfmt', '-n', '1']).lines;
    expect(line).toContain(`duration_ms=12.25 trace_id=${'a'.repeat(32)}`);
    expect(line).toContain(`parent_span_id=${'c'.repeat(16)}`);
  });
});

it('rimp stats sums durations up by the names of spans, and takes no name for a message but that of an error', () => {
  const { lines } = rimp(['stats', path('a.jsonl'), '--json']);
  const rows = lines.map((line) => JSON.parse(line) as { kind: string; name?: string; pattern?: string });
  expect(rows.find(({ kind }) => kind === 'total')).toMatchObject({ events: 5, spans: 4, metrics: 0 });
  expect(rows.filter(({ kind }) => kind === 'span').map(({ name }) => name)).toEqual([
    'broken',
    'quick',
    'says so itself',
    'slow',
  ]);
  expect(rows.find(({ name }) => name === 'slow')).toMatchObject({ count: 1, unit: 'ms', p50: 1_250, sum: 1_250 });
  expect(rows.filter(({ kind }) => kind === 'pattern').map(({ pattern }) => pattern)).toEqual([
    'broken',
    'a log record',
  ]);
});

it('rimp diff says which spans take longer now', async () => {
  const many = (millis: number): TelemetryEvent[] => Array.from({ length: 30 }, (_, i) => spanOf('GET /', millis + i));
  await write('before.jsonl', many(10));
  await write('after.jsonl', many(200));
  const { stdout } = rimp(['diff', path('before.jsonl'), path('after.jsonl')]);
  expect(stdout).toMatch(/span GET \/ +median +\d+(?:\.\d+)? +\d+(?:\.\d+)? +\+\d+/);
});
