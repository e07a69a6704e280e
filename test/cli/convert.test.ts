import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { FileStorage, TelemetryData, TelemetryEvent, TelemetryMetric } from 'rimp-telemetry';
import { rimpProgram } from '../helpers/cli.js';
import { endRimps, rimp, rimpOnTerminal, startRimp } from '../helpers/run-rimp.js';
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

  it('keeps the order in which events and metrics came in turn', () => {
    const [first = '', second = '', third = '', metric = ''] = readFileSync(file, 'utf8').split('\n');
    const more = metric.replace('"m"', '"n"');
    writeFileSync(path('in-turn.jsonl'), `${[first, metric, second, more, third].join('\n')}\n`);
    expect(rimp(['convert', path('in-turn.jsonl'), path('in-turn.db')]).status).toBe(0);
    const ids = (...args: string[]): string[] =>
      rimp(['query', path('in-turn.db'), '--template', '{id}', ...args]).lines;
    expect(ids()).toEqual(['e0', 'm', 'e1', 'n', 'e2']);
    expect(ids('--reverse')).toEqual(['e2', 'n', 'e1', 'm', 'e0']);
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

  it('writes Parquet whose rows, columns and JSON DuckDB reads', async () => {
    const { status, stderr } = rimp(['convert', file, path('a.parquet')]);
    expect([status, stderr]).toEqual([0, expect.stringContaining('4 items read = 4 written')]);
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    const rowsOf = async (sql: string): Promise<unknown[]> =>
      (await connection.runAndReadAll(sql.replace('FILE', `'${path('a.parquet')}'`))).getRowObjectsJson();
    try {
      expect(
        await rowsOf(`SELECT kind, id, epoch_ms(time) AS time, event_type, severity, source, message,
        metadata->>'$.i' AS i FROM FILE WHERE kind = 'event' ORDER BY id DESC LIMIT 1`),
      ).toEqual([
        {
          kind: 'event',
          id: 'e2',
          time: String(timestamp.getTime()),
          event_type: 'info',
          severity: 9,
          source: 's',
          message: 'm "2"',
          i: '2',
        },
      ]);
      expect(
        await rowsOf("SELECT name, value, unit, tags->>'$.a' AS a, message FROM FILE WHERE kind = 'metric'"),
      ).toEqual([{ name: 'load', value: 1.5, unit: 's', a: 'b', message: null }]);
      expect(await rowsOf('SELECT event_type, count(*) AS n FROM FILE GROUP BY ALL ORDER BY ALL')).toEqual([
        { event_type: 'error', n: '1' },
        { event_type: 'info', n: '2' },
        { event_type: null, n: '1' },
      ]);
    } finally {
      connection.closeSync();
      instance.closeSync();
    }
  });

  it('says what to install for Parquet and OTLP, of the generation that fits, and leaves nothing', () => {
    const program = join(directory, 'alone', 'rimp.cjs');
    cpSync(join(rimpProgram, '..', '..'), join(directory, 'alone', 'dist'), { recursive: true });
    writeFileSync(program, `require('./dist/cli/main.js')`);
    for (const name of ['commander', '@bomb.sh/tab', '@opentelemetry/api', '@opentelemetry/api-logs'])
      cpSync(join('node_modules', name), join(directory, 'alone', 'node_modules', name), { recursive: true });
    const options = { cwd: join(directory, 'alone'), encoding: 'utf8' } as const;
    const about = readFileSync(join('node_modules', '@opentelemetry/api', 'package.json'), 'utf8');
    const isThird = (JSON.parse(about) as { version: string }).version.startsWith('1.1');
    const otlp = isThird
      ? 'npm install @opentelemetry/otlp-transformer\n'
      : 'npm install "@opentelemetry/api@<1.10" @opentelemetry/otlp-transformer@0.223\n';
    for (const [name, command] of [
      ['none.parquet', 'npm install hyparquet-writer'],
      ['none.otlp.json', otlp],
    ] as const) {
      const { status, stderr } = spawnSync(process.execPath, [program, 'convert', file, path(name)], options);
      expect([status, stderr]).toEqual([2, expect.stringContaining(command)]);
    }
    expect(readdirSync(directory).filter((entry) => entry.includes('none.'))).toEqual([]);
  });

  it('accounts for what filters leave out and for lines that can not be read', () => {
    writeFileSync(path('broken.jsonl'), `${readFileSync(file, 'utf8')}{broken\n`);
    const { status, stderr } = rimp(['convert', path('broken.jsonl'), path('e.jsonl'), '--type', 'error']);
    expect(stderr).toContain('4 items read = 1 written + 3 left out by the filters');
    expect(stderr).toContain('1 line could not be read');
    expect(status).toBe(1);
  });

  it('shows its progress in items, bytes, percent and time left on a terminal, and takes it away at the end', () => {
    const one = readFileSync(file, 'utf8').split('\n')[0] ?? '';
    writeFileSync(path('long.jsonl'), `${one}\n`.repeat(100_000));
    const shown = rimpOnTerminal(['convert', path('long.jsonl'), path('long.csv')]);
    const lines = shown.split('\r\u001b[K');
    expect(lines[1]).toMatch(
      /^[\d,]+ items {2}[\d,]+ items\/s {2}[\d.]+ [kM]B {2}[\d.]+ [kM]B\/s {2}\d+ % {2}ETA \d+:\d\d$/,
    );
    const percents = lines.slice(1, -1).map((line) => Number(/(\d+) %/.exec(line)?.[1]));
    expect(percents).toEqual(percents.toSorted((a, b) => a - b));
    expect(lines.at(-1)).toMatch(/^rimp convert: .*: 100,000 items read = 100,000 written, in [\d.]+ s\r\n$/);
    // elsewhere there is no line that changes
    expect(rimp(['convert', path('long.jsonl'), path('long-2.csv')]).stderr).not.toMatch(/[^\P{Cc}\n]/u);
  });

  it('overwrites nothing unless it is told to', () => {
    writeFileSync(path('there.jsonl'), 'mine');
    const refused = rimp(['convert', file, path('there.jsonl')]);
    expect([refused.status, refused.stderr]).toEqual([2, expect.stringContaining('--force writes over it')]);
    expect(readFileSync(path('there.jsonl'), 'utf8')).toBe('mine');
    expect(rimp(['convert', file, path('there.jsonl'), '--force']).status).toBe(0);
    expect(readFileSync(path('there.jsonl'), 'utf8')).toBe(readFileSync(file, 'utf8'));
  });

  it('replaces what a link leads to, and never what is no file', () => {
    writeFileSync(path('linked.jsonl'), 'mine');
    symlinkSync('linked.jsonl', path('link.jsonl'));
    expect(rimp(['convert', file, path('link.jsonl'), '--force']).status).toBe(0);
    expect(readlinkSync(path('link.jsonl'))).toBe('linked.jsonl');
    expect(readFileSync(path('linked.jsonl'), 'utf8')).toBe(readFileSync(file, 'utf8'));
    symlinkSync('later.jsonl', path('early.jsonl'));
    expect(rimp(['convert', file, path('early.jsonl')])).toMatchObject({ status: 0 });
    expect(readlinkSync(path('early.jsonl'))).toBe('later.jsonl');
    // a device that a program of root could replace
    spawnSync('mkfifo', [path('pipe')]);
    for (const target of [path('pipe'), '-']) {
      const { status, stderr } = rimp(['convert', file, target, '--to', 'jsonl', '--force'], { cwd: directory });
      expect([status, stderr]).toEqual([2, expect.stringContaining(`expected OUT to be a file, ${target} is none`)]);
    }
    expect(statSync(path('pipe')).isFIFO()).toBe(true);
    expect(existsSync(path('-'))).toBe(false);
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
