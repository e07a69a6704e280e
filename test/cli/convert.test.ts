import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { FileStorage, TelemetryData, TelemetryEvent, TelemetryMetric } from 'rimp-telemetry';
import { rimpProgram } from '../helpers/cli.js';
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

  it('writes Parquet that another reader reads', () => {
    const { status, stderr } = rimp(['convert', file, path('a.parquet')]);
    expect([status, stderr]).toEqual([0, expect.stringContaining('4 items read = 4 written')]);
    // an ES module, which jest does not load on every Node
    const reader = `import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
      const rows = await parquetReadObjects({ file: await asyncBufferFromFile(process.argv[1]) });
      console.log(JSON.stringify(rows));`;
    const args = ['--input-type=module', '-e', reader, path('a.parquet')];
    const rows = JSON.parse(spawnSync(process.execPath, args, { encoding: 'utf8' }).stdout) as unknown[];
    expect(rows).toHaveLength(4);
    expect(rows[2]).toMatchObject({
      kind: 'event',
      id: 'e2',
      time: timestamp.toISOString(),
      event_type: 'info',
      severity: 9,
      source: 's',
      message: 'm "2"',
      metadata: '{"i":2}',
    });
    const metric = { kind: 'metric', id: 'm', name: 'load', value: 1.5, unit: 's', tags: '{"a":"b"}' };
    expect(rows[3]).toMatchObject({ ...metric, time: timestamp.toISOString() });
  });

  it('says what to install for Parquet, and leaves nothing', () => {
    const program = join(directory, 'alone', 'rimp.cjs');
    cpSync(join(rimpProgram, '..', '..'), join(directory, 'alone', 'dist'), { recursive: true });
    writeFileSync(program, `require('./dist/cli/main.js')`);
    for (const name of ['commander', '@bomb.sh/tab', '@opentelemetry/api', '@opentelemetry/api-logs'])
      cpSync(join('node_modules', name), join(directory, 'alone', 'node_modules', name), { recursive: true });
    const options = { cwd: join(directory, 'alone'), encoding: 'utf8' } as const;
    const out = path('none.parquet');
    const { status, stderr } = spawnSync(process.execPath, [program, 'convert', file, out], options);
    expect([status, stderr]).toEqual([2, expect.stringContaining('npm install hyparquet-writer')]);
    expect(readdirSync(directory).filter((entry) => entry.includes('none.parquet'))).toEqual([]);
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
      expect.stringContaining('expected OUT to end in .jsonl, .csv, .otlp.json, .parquet or .db'),
    ]);
  });
});
