import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { FileStorage, TelemetryData, TelemetryEvent, TelemetryMetric } from 'rimp-telemetry';
import { endRimps, rimp, startRimp } from '../helpers/run-rimp.js';
import { until } from '../helpers/until.js';

const directory = mkdtempSync(join(tmpdir(), 'rimp-convert-'));
const path = (name: string): string => join(directory, name);
const file = path('a.jsonl');
afterEach(endRimps);
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const timestamp = new Date('2026-11-24T10:00:00Z');
beforeAll(async () => {
  const storage = new FileStorage(file);
  const events = [0, 1, 2].map(
    (i) =>
      new TelemetryEvent({
        timestamp,
        eventId: `e${i}`,
        source: 's',
        message: `m "${i}"`,
        metadata: { i },
        eventType: i === 0 ? 'error' : 'info',
      }),
  );
  const metrics = [
    new TelemetryMetric({ timestamp, metricId: 'm', name: 'load', value: 1.5, unit: 's', tags: { a: 'b' } }),
  ];
  await storage.store(new TelemetryData({ events, metrics }));
  await storage.close();
});

describe('rimp convert', () => {
  it('gives every item back through SQLite and a compressed file', () => {
    const first = rimp(['convert', file, path('b.db')]);
    expect([first.status, first.stdout, first.stderr]).toEqual([
      0,
      '',
      expect.stringContaining('4 items read = 4 written'),
    ]);
    expect(rimp(['convert', path('b.db'), path('c.jsonl.gz')]).status).toBe(0);
    expect(rimp(['convert', path('c.jsonl.gz'), path('d.jsonl')]).status).toBe(0);
    expect(readFileSync(path('d.jsonl'), 'utf8')).toBe(readFileSync(file, 'utf8'));
    expect(gunzipSync(readFileSync(path('c.jsonl.gz'))).toString()).toBe(readFileSync(file, 'utf8'));
  });

  it('writes CSV, and OTLP in JSON with a request a line', () => {
    rimp(['convert', file, path('a.csv')]);
    expect(readFileSync(path('a.csv'), 'utf8')).toBe(rimp(['query', file, '--csv']).stdout);
    expect(rimp(['convert', file, path('a.otlp.json')]).status).toBe(0);
    const [logs, points] = readFileSync(path('a.otlp.json'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(logs).toHaveProperty('resourceLogs.0.scopeLogs.0.logRecords.2.body.stringValue', 'm "2"');
    expect(points).toHaveProperty('resourceMetrics.0.scopeMetrics.0.metrics.0.name', 'load');
  });

  it('accounts for what filters leave out and for lines that can not be read', () => {
    writeFileSync(path('broken.jsonl'), `${readFileSync(file, 'utf8')}{broken\n`);
    const { status, stderr } = rimp(['convert', path('broken.jsonl'), path('e.jsonl'), '--type', 'error']);
    expect(stderr).toContain('4 items read = 1 written + 3 left out by the filters');
    expect(stderr).toContain('1 line could not be read');
    expect(status).toBe(1);
  });

  it('overwrites nothing unless it is told to', () => {
    writeFileSync(path('there.jsonl'), 'mine');
    const refused = rimp(['convert', file, path('there.jsonl')]);
    expect([refused.status, refused.stderr]).toEqual([2, expect.stringContaining('--force writes over it')]);
    expect(readFileSync(path('there.jsonl'), 'utf8')).toBe('mine');
    expect(rimp(['convert', file, path('there.jsonl'), '--force']).status).toBe(0);
    expect(readFileSync(path('there.jsonl'), 'utf8')).toBe(readFileSync(file, 'utf8'));
  });

  it.each(['f.jsonl', 'f.db'])('leaves nothing of %s when it is interrupted', async (name) => {
    const { child, ended } = startRimp(['convert', '-', path(name)]);
    child.stdin?.write(readFileSync(file));
    await until(() => readdirSync(directory).some((entry) => entry.endsWith('.partial')));
    child.kill('SIGINT');
    expect(await ended).toBe(130);
    expect(readdirSync(directory).filter((entry) => entry.includes(name))).toEqual([]);
  });

  it('says what OUT may be', () => {
    const { status, stderr } = rimp(['convert', file, path('a.xlsx')]);
    expect([status, stderr]).toEqual([
      2,
      expect.stringContaining('expected OUT to end in .jsonl, .csv, .otlp.json or .db'),
    ]);
  });
});
