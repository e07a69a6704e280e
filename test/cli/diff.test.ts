import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { FileStorage, SqliteStorage, TelemetryData, TelemetryEvent, TelemetryMetric } from 'rimp-telemetry';
import { rimp, rimpOnTerminal } from '../helpers/run-rimp.js';

const directory = mkdtempSync(join(tmpdir(), 'rimp-diff-'));
const before = join(directory, 'before.jsonl');
const after = join(directory, 'after.db');
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const timestamp = new Date('2026-11-24T10:00:00Z');
function recording(messages: readonly string[], factor: number): TelemetryData {
  const events = messages.map(
    (message) =>
      new TelemetryEvent({ timestamp, source: 's', message, eventType: message.startsWith('fail') ? 'error' : 'info' }),
  );
  const metrics = Array.from({ length: 100 }, (_, i) => [
    new TelemetryMetric({ timestamp, name: 'latency', value: (50 + ((i * 37) % 100)) * factor, unit: 'ms' }),
    new TelemetryMetric({ timestamp, name: 'size', value: 50 + ((i * 37) % 100) }),
  ]).flat();
  return new TelemetryData({ events, metrics });
}

beforeAll(async () => {
  const file = new FileStorage(before);
  await file.store(recording(['order 1 stored', 'order 2 stored', 'cache | cold'], 1));
  await file.close();
  const database = new SqliteStorage(after);
  await database.store(recording(['order 3 stored', 'failed with `code` 7'], 2));
  await database.close();
});

describe('rimp diff', () => {
  it('shows new and gone patterns, other counts, and metrics that moved', () => {
    const { stdout, status } = rimp(['diff', before, after]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/New patterns of messages \(1\)\n.*\n +0 +1 +error +failed with `<text>` <num>\n/);
    expect(stdout).toMatch(/Gone patterns of messages \(1\)\n.*\n +1 +0 +info +cache \| cold\n/);
    expect(stdout).toMatch(/Patterns with other counts \(1\)\n.*\n +2 +1 +info +order <num> stored\n/);
    expect(stdout).toMatch(/Metrics that moved \(1\)\n.*\nlatency +median +99 +198 +\+100 % +ms +moved, p < 0\.001\n/);
    expect(stdout).not.toMatch(/^size/m);
  });

  it('gives JSON lines', () => {
    const lines = rimp(['diff', before, after, '--json']).lines.map(
      (line) => JSON.parse(line) as Record<string, unknown>,
    );
    expect(lines[0]).toMatchObject({ kind: 'total', events: [3, 2], metrics: [200, 200] });
    expect(lines).toContainEqual(
      expect.objectContaining({ kind: 'pattern', status: 'new', type: 'error', counts: [0, 1] }),
    );
    const latency = lines.find(({ name }) => name === 'latency');
    expect(latency).toMatchObject({ shifts: [{ figure: 'median', change: 1, verdict: 'moved' }, { figure: 'p95' }] });
  });

  it('gives Markdown in which no message makes a column or leaves its code', () => {
    const { stdout } = rimp(['diff', before, after, '--markdown']);
    expect(stdout).toContain('| Before | After | Type | Messages |\n| --: | --: | --- | --- |\n');
    expect(stdout).toContain('| 0 | 1 | error | `` failed with `<text>` <num> `` |');
    expect(stdout).toContain('| 1 | 0 | info | `cache \\| cold` |');
  });

  it('exits with 1 if a threshold is exceeded, and says which', () => {
    const isNew = rimp(['diff', before, after, '--fail-on-new', 'error,warning']);
    expect([isNew.status, isNew.stderr]).toEqual([1, 'rimp diff: new patterns of error, warning: 1\n']);
    const rise = rimp(['diff', before, after, '--fail-on-rise', '50%']);
    expect([rise.status, rise.stderr]).toEqual([1, expect.stringContaining('median of latency rose by +100 %')]);
    expect(rimp(['diff', before, after, '--fail-on-rise', '150', '--fail-on-new', 'warning']).status).toBe(0);
    expect(rimp(['diff', after, before, '--fail-on-rise', '0']).status).toBe(0);
  });

  it('finds no difference between a recording and itself', () => {
    expect(rimp(['diff', before, before]).stdout).toContain('No difference was found.');
  });

  it('on a terminal has colours', () => {
    expect(rimpOnTerminal(['diff', before, after])).toContain('\u001b[1;31merror\u001b[0m');
  });

  it('exits with 2 if a recording is missing', () => {
    const { status, stderr } = rimp(['diff', before, join(directory, 'none.jsonl')]);
    expect([status, stderr]).toEqual([2, expect.stringContaining('there is none at')]);
    expect(rimp(['diff', before]).status).toBe(2);
  });
});
