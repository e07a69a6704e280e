import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { FileStorage, SqliteStorage, TelemetryData, TelemetryEvent, TelemetryMetric } from 'rimp-telemetry';
import { rimpProgram } from '../helpers/cli.js';
import { rimp, rimpOnTerminal } from '../helpers/run-rimp.js';

const directory = mkdtempSync(join(tmpdir(), 'rimp-stats-'));
const file = join(directory, 'a.jsonl');
const database = join(directory, 'a.db');
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const at = (seconds: number): Date => new Date(Date.parse('2026-11-24T10:00:00Z') + seconds * 1_000);
const histogram = { count: 20, buckets: { boundaries: [10, 20], counts: [10, 10, 0] } };
const data = new TelemetryData({
  events: Array.from(
    { length: 10 },
    (_, i) =>
      new TelemetryEvent({
        timestamp: at(i * 10),
        eventType: i < 3 ? 'error' : 'info',
        source: i < 3 ? 'pay' : 'api',
        message: i < 3 ? `payment ${i} failed: "card ${i}"` : `GET /orders/${i} took ${i}ms\u001b[31m`,
        otel: { resource: { 'service.name': 'shop' } },
      }),
  ),
  metrics: [
    ...[1, 2, 3, 4].map((value) => new TelemetryMetric({ timestamp: at(value), name: 'load', value, unit: 's' })),
    new TelemetryMetric({
      timestamp: at(5),
      name: 'latency.count',
      value: 20,
      otel: { kind: 'histogram', temporality: 'delta', instrument: 'latency', unit: 'ms', histogram },
    }),
  ],
});

beforeAll(async () => {
  for (const storage of [new FileStorage(file), new SqliteStorage(database)]) {
    await storage.store(data);
    await storage.close();
  }
  appendFileSync(file, '{"type":"event"\nno JSON\n');
});

/** The objects of `--json`. */
function json(...args: string[]): Record<string, unknown>[] {
  return rimp(['stats', ...args, '--json']).lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('rimp stats', () => {
  it('shows types, sources, services, patterns of messages and metrics in one look', () => {
    const { stdout, stderr, status } = rimp(['stats', file, '--utc']);
    expect(status).toBe(0);
    expect(stdout).toContain('10 events, 5 metrics in 1:30');
    expect(stdout).toMatch(/^error +3 +30\.0 % +0\.03333\/s/m);
    expect(stdout).toMatch(/^pay +3 /m);
    expect(stdout).toMatch(/^shop +10 +100\.0 %/m);
    expect(stdout).toMatch(/^ +3 +error +10:00:00Z +10:00:20Z .* payment <num> failed: "<text>"$/m);
    expect(stdout).toMatch(/^ +7 +info .* GET <path> took <num>ms\\u001b\[<num>m$/m);
    expect(stdout).toMatch(/^load +4 +1 +2 +4 +4 +4 +10 +s +exact$/m);
    expect(stdout).toMatch(/^latency +20 +10 +19 +19\.8 +ms +estimated$/m);
    expect(stderr).toContain('2 lines could not be read: 2 no line of RIMP');
  });

  it('shows what the filters leave, with examples', () => {
    const { stdout } = rimp(['stats', file, '--type', 'error', '--examples']);
    expect(stdout).toContain('3 events, 0 metrics');
    expect(stdout).toContain('    payment 0 failed: "card 0"');
    expect(stdout).not.toContain('GET');
  });

  it('gives JSON lines, the same of a database as of a file', () => {
    const lines = json(file);
    expect(lines[0]).toMatchObject({ kind: 'total', events: 10, metrics: 5, unreadable: { not_rimp: 2 } });
    expect(lines).toContainEqual({
      kind: 'pattern',
      pattern: 'payment <num> failed: "<text>"',
      type: 'error',
      count: 3,
      first: '2026-11-24T10:00:00.000Z',
      last: '2026-11-24T10:00:20.000Z',
      example: 'payment 0 failed: "card 0"',
    });
    expect(lines).toContainEqual(
      expect.objectContaining({ kind: 'metric', name: 'latency', accuracy: 'estimated', p50: 10 }),
    );
    expect(json(database).slice(1)).toEqual(lines.slice(1));
  });

  it('counts by intervals', () => {
    const intervals = json(file, '--by', '1m').filter(({ kind }) => kind === 'interval');
    expect(intervals).toEqual([
      {
        kind: 'interval',
        start: '2026-11-24T10:00:00.000Z',
        seconds: 60,
        error: 3,
        warning: 0,
        info: 3,
        debug: 0,
        metric: 5,
      },
      {
        kind: 'interval',
        start: '2026-11-24T10:01:00.000Z',
        seconds: 60,
        error: 0,
        warning: 0,
        info: 4,
        debug: 0,
        metric: 0,
      },
    ]);
    expect(rimp(['stats', file, '--by', '1m', '--utc']).stdout).toMatch(/^2026-11-24 10:01:00 +0 +0 +4 +0 +0 +█+$/m);
  });

  it('reads days and times of the local zone, also where summer time begins', () => {
    const local = join(directory, 'local.jsonl');
    const line = (id: string, time: string): string =>
      `{"type":"event","data":{"event_id":"${id}","timestamp":"${time}","event_type":"info","source":"s","message":"${id}","metadata":null}}\n`;
    writeFileSync(local, line('before', '2026-03-29T09:59:59Z') + line('after', '2026-03-29T10:00:00Z'));
    const { stdout } = rimp(['stats', local, '--since', '2026-03-29 12:00'], { env: { TZ: 'Europe/Berlin' } });
    expect(stdout).toContain('1 event,');
  });

  it('on a terminal has colours, and no line wider than it', () => {
    const text = rimpOnTerminal(['stats', file]);
    expect(text).toContain('\u001b[1;31merror\u001b[0m');
    expect(text).not.toContain('payment <num> failed: "<text>"');
    expect(rimpOnTerminal(['stats', file, '--full'])).toContain('payment <num> failed: "<text>"');
  });

  it('exits with 1 if nothing is found and with 2 if it is asked for what can not be', () => {
    expect(rimp(['stats', file, '--type', 'debug']).status).toBe(1);
    const { status, stderr } = rimp(['stats', file, '--by', 'soon']);
    expect([status, stderr]).toEqual([2, expect.stringContaining('expected a length of time such as 30s, 1m')]);
  });

  it('counts a file that is larger than its memory', () => {
    const large = join(directory, 'large.jsonl');
    const lines = Array.from({ length: 2_000 }, (_, i) => {
      const message = `order ${i} ${'of something '.repeat(20)}`;
      return `{"type":"event","data":{"event_id":"${i}","timestamp":"2026-11-24T10:00:00Z","event_type":"info","source":"s","message":"${message}","metadata":null}}\n`;
    }).join('');
    for (let i = 0; i < 40; i += 1) appendFileSync(large, lines);
    const args = ['--max-old-space-size=20', '--max-semi-space-size=2', rimpProgram, 'stats', large, '--json'];
    const { stdout, status } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    expect(status).toBe(0);
    expect(JSON.parse(stdout.split('\n')[0] ?? '')).toMatchObject({ events: 80_000 });
  });
});
