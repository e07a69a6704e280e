import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { FileStorage, SqliteStorage, TelemetryData, TelemetryEvent, TelemetryMetric } from 'rimp-telemetry';
import { rimpProgram } from '../helpers/cli.js';
import { endRimps, rimp, rimpOnTerminal, startRimp } from '../helpers/run-rimp.js';

const directory = mkdtempSync(join(tmpdir(), 'rimp-query-'));
const file = join(directory, 'a.jsonl');
const database = join(directory, 'a.db');
afterEach(endRimps);
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const START = Date.parse('2026-11-24T10:00:00Z');
const at = (seconds: number): Date => new Date(START + seconds * 1_000);
const TYPES = ['info', 'warning', 'error', 'debug'] as const;
const TRACE = '0af7651916cd43dd8448eb211c80319c';
const data = new TelemetryData({
  events: Array.from(
    { length: 8 },
    (_, i) =>
      new TelemetryEvent({
        eventId: `e${i}`,
        timestamp: at(i),
        eventType: TYPES[i % 4] ?? 'info',
        source: i < 4 ? 'api' : 'api.billing',
        message: `request ${i} done`,
        metadata: { duration_ms: i * 50, http: { status: 200 + i }, 'user.id': `u${i}`, ok: i % 2 === 0 },
        otel: i === 5 ? { traceId: TRACE } : undefined,
      }),
  ),
  metrics: [
    new TelemetryMetric({
      metricId: 'm0',
      timestamp: at(2.5),
      name: 'http.requests',
      value: 3,
      tags: { region: 'eu' },
    }),
    new TelemetryMetric({ metricId: 'm1', timestamp: at(6.5), name: 'db.time', value: 7.5, unit: 'ms' }),
  ],
});

beforeAll(async () => {
  for (const storage of [new FileStorage(file), new SqliteStorage(database)]) {
    await storage.store(data);
    await storage.close();
  }
});

const line = (id: string, message: string, time = at(0)): string =>
  `{"type":"event","data":{"event_id":"${id}","timestamp":"${time.toISOString()}","event_type":"error","source":"s","message":${JSON.stringify(message)},"metadata":null}}\n`;

/** The ids of what is found. */
function ids(...args: string[]): string[] {
  const { lines } = rimp(['query', ...args, '--json']);
  return lines.map((text) => {
    const item = (JSON.parse(text) as { data: { event_id?: string; metric_id?: string } }).data;
    return item.event_id ?? item.metric_id ?? '';
  });
}

describe('rimp query', () => {
  it.each([
    [['--type', 'error,warn', '--type', 'debug'], 'e1 e2 e3 e5 e6 e7'],
    [['--min-severity', 'warn'], 'e1 e2 e5 e6'],
    [['--kind', 'metric'], 'm0 m1'],
    [['--source', 'api'], 'e0 e1 e2 e3'],
    [['--text', 'request 3'], 'e3'],
    [['--grep', 'REQUEST [12]', '-i'], 'e1 e2'],
    [['--name', 'http.requests'], 'm0'],
    [['--name', 'http.*', '--name', 'db.*'], 'm0 m1'],
    [['--tag', 'region=eu'], 'm0'],
    [['--meta', 'http.status=203'], 'e3'],
    [['--meta', 'ok=true', '--source', '*billing'], 'e4 e6'],
    [['--where', 'duration_ms > 299'], 'e6 e7'],
    [['--where', 'duration_ms >= 300', '--where', 'message !~ 7'], 'e6'],
    [['--where', '!duration_ms'], 'm0 m1'],
    [['--where', 'type != info', '--where', "source = 'api'"], 'e1 e2 e3'],
    [['--trace', TRACE.toUpperCase()], 'e5'],
    [['--since', '2026-11-24T10:00:05Z', '--until', '2026-11-24T10:00:06.900Z'], 'e5 e6 m1'],
    [['--reverse', '-n', '2', '--kind', 'event'], 'e7 e6'],
  ])('finds %j', (args, expected) => {
    expect(ids(file, ...args).toSorted()).toEqual(expected.split(' ').toSorted());
  });

  it('gives the same of a database as of a file, in the order asked for', () => {
    const args = ['--where', 'duration_ms > 60', '--reverse', '--kind', 'event', '-n', '4'];
    expect(ids(database, ...args)).toEqual(['e7', 'e6', 'e5', 'e4']);
    expect(ids(file, ...args)).toEqual(ids(database, ...args));
  });

  it('reads what another process is writing to a database', async () => {
    const path = join(directory, 'busy.db');
    const storage = new SqliteStorage(path);
    await storage.store(new TelemetryData({ events: [new TelemetryEvent({ source: 's', message: 'one' })] }));
    expect(rimp(['query', path]).lines.length).toBe(1);
    await storage.store(new TelemetryData({ events: [new TelemetryEvent({ source: 's', message: 'two' })] }));
    expect(rimp(['query', path]).lines.length).toBe(2);
    await storage.close();
  });

  it('merges files and patterns by time, each file once, compressed or not, and standard input', async () => {
    const rotated = join(directory, 'r.jsonl');
    const storage = new FileStorage({ path: rotated, rotation: { maxBytes: 300 }, compression: 'gzip' });
    for (const i of [0, 2, 4]) {
      const event = new TelemetryEvent({ eventId: `r${i}`, timestamp: at(i), source: 's', message: 'x'.repeat(200) });
      await storage.store(new TelemetryData({ events: [event] }));
    }
    await storage.close();
    writeFileSync(join(directory, 'r-other.jsonl.gz'), gzipSync(line('o1', 'm', at(1)) + line('o3', 'm', at(3))));
    expect(ids(join(directory, 'r*.jsonl*'))).toEqual(['r0', 'o1', 'r2', 'o3', 'r4']);
    expect(ids(join(directory, 'r*.jsonl*'), '--reverse')).toEqual(['r4', 'o3', 'r2', 'o1', 'r0']);
    const input = gzipSync(line('z', 'm'));
    expect(rimp(['query', '-', '--template', '{id}'], { input }).lines).toEqual(['z']);
    expect(rimp(['query', '-', '--template', '{id}'], { input: line('y', 'm') }).lines).toEqual(['y']);
  });

  it('writes aligned columns, JSON lines as they are in the file, CSV, logfmt and templates', () => {
    const columns = rimp(['query', file, '--kind', 'event', '--utc', '--type', 'warning']).lines;
    expect(columns).toEqual([
      '2026-11-24 10:00:01.000Z WARNING api         request 1 done duration_ms=50 http.status=201 user.id=u1 ok=false',
      '2026-11-24 10:00:05.000Z WARNING api.billing request 5 done duration_ms=250 http.status=205 user.id=u5 ok=false',
    ]);
    expect(rimp(['query', file, '--json']).stdout).toBe(readFileSync(file, 'utf8'));
    expect(rimp(['query', file, '--name', 'db.time', '--csv']).lines).toEqual([
      'time,kind,type,source,name,message,value,unit,trace_id,span_id,parent_span_id,duration_ms,id,data',
      '2026-11-24T10:00:06.500Z,metric,metric,,db.time,,7.5,ms,,,,,m1,',
    ]);
    expect(rimp(['query', file, '--text', 'request 5', '--logfmt']).lines).toEqual([
      `time=2026-11-24T10:00:05.000Z level=warning source=api.billing msg="request 5 done" duration_ms=250 http.status=205 user.id=u5 ok=false trace_id=${TRACE}`,
    ]);
    const template = '{time} {{{type}}} {message}: {http.status} {nothing}.';
    expect(rimp(['query', file, '-n', '1', '--template', template], { env: { TZ: 'Asia/Tokyo' } }).lines).toEqual([
      '2026-11-24 19:00:00.000 {info} request 0 done: 200 .',
    ]);
  });

  it('writes CSV in which no cell is a formula for a spreadsheet', () => {
    const texts = ['=1+1', '@SUM(A1)', '+cmd', '-2', '-x', '\t=1'];
    const input = texts.map((text, i) => line(`c${i}`, text)).join('');
    const cells = rimp(['query', '-', '--csv'], { input }).lines.slice(1);
    expect(cells.map((row) => row.split(',')[5])).toEqual(["'=1+1", "'@SUM(A1)", "'+cmd", '-2', "'-x", "'\t=1"]);
  });

  it('says what it cut off and what it could not read, and gives its status', () => {
    expect(rimp(['query', file, '-n', '3'])).toMatchObject({
      status: 0,
      stderr: expect.stringContaining('cut off after 3 items, there are more'),
    });
    expect(rimp(['query', file, '-n', '10'])).toMatchObject({ status: 0, stderr: '' });
    expect(rimp(['query', file, '--text', 'nowhere'])).toMatchObject({ status: 1, stdout: '', stderr: '' });
    expect(rimp(['query', join(directory, 'none')])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('there is none at'),
    });
    const torn = join(directory, 'torn.jsonl');
    writeFileSync(torn, `${line('a', 'm')}{"type":"eve\n`);
    expect(rimp(['query', torn]).stderr).toContain('1 line could not be read: 1 no line of RIMP');
    const long = join(directory, 'long.jsonl');
    writeFileSync(long, line('a', 'm').replace('null', `{"stack":"${'x'.repeat(300)}"}`));
    expect(rimp(['query', long]).stderr).toContain('--full shows them whole');
    expect(rimp(['query', long, '--full']).lines[0]).toContain('x'.repeat(300));
  });

  it.each([
    [['--type', 'eror'], '--type', 'did you mean "error"?'],
    [['--min-severity', '25'], '--min-severity', '1 to 24'],
    [['--where', '> 5'], '--where', 'duration_ms > 100'],
    [['--where', 'a = 1 and b > 2'], 'one condition', 'a --where of its own'],
    [['--grep', '('], '--grep', 'regular expression'],
    [['--tag', 'x'], '--tag', 'NAME=VALUE'],
    [['--since', 'soon'], '--since', 'yesterday 14:00'],
    [['--since', '1h', '--until', '2h'], '--since', '--until'],
    [['-n', 'many'], '-n ', 'whole number'],
    [['--json', '--csv'], '--json', '--csv'],
    [['--template', '{message'], '--template', '{FIELD}'],
  ])('refuses %j and names the option as it was typed', (args, flag, remedy) => {
    const { status, stdout, stderr } = rimp(['query', file, ...args]);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain(flag);
    expect(stderr).toContain(remedy);
  });

  it('has colours on a terminal alone, unless it is asked otherwise', () => {
    const plain = rimp(['query', file, '-n', '1']).stdout;
    const isColoured = (text: string): boolean => text.includes('\u001b[');
    expect(isColoured(plain)).toBe(false);
    expect(isColoured(rimp(['query', file, '-n', '1'], { env: { FORCE_COLOR: '1' } }).stdout)).toBe(true);
    expect(isColoured(rimp(['query', file, '-n', '1', '--color']).stdout)).toBe(true);
    expect(isColoured(rimpOnTerminal(['query', file, '-n', '1']))).toBe(true);
    expect(isColoured(rimpOnTerminal(['query', file, '-n', '1'], { env: { NO_COLOR: '1' } }))).toBe(false);
    expect(isColoured(rimpOnTerminal(['query', file, '-n', '1', '--no-color']))).toBe(false);
  });

  it('escapes what telemetry holds, on a terminal in every format', () => {
    const path = join(directory, 'evil.jsonl');
    const evil = 'a\u001b[2Jb\n2026 ERROR forged\u009b31m\u202e';
    writeFileSync(path, line('a', evil));
    for (const format of [[], ['--json'], ['--csv'], ['--logfmt'], ['--template', '{message}']]) {
      const text = rimpOnTerminal(['query', path, '--no-color', ...format]).replaceAll('\r\n', '\n');
      expect(text).not.toMatch(/[^\P{Cc}\n]|\u202e/u);
      expect(text.trim().split('\n').length).toBe(format[0] === '--csv' ? 2 : 1);
    }
    const shown = rimpOnTerminal(['query', path, '--json']);
    expect((JSON.parse(shown) as { data: { message: string } }).data.message).toBe(evil);
    // a program gets what was stored
    expect(rimp(['query', path, '--json']).stdout).toBe(readFileSync(path, 'utf8'));
  });

  (existsSync('/dev/full') ? it : it.skip)('says that its output could not be written, and ends with 2', () => {
    for (const args of [
      ['query', file, '--json'],
      ['stats', file],
      ['query', '--help'],
    ]) {
      const command = `'${process.execPath}' '${rimpProgram}' ${args.join(' ')} > /dev/full`;
      const { status, stderr } = spawnSync('sh', ['-c', command], { encoding: 'utf8' });
      expect([status, stderr]).toEqual([2, expect.stringContaining("standard output can't be written: ENOSPC")]);
    }
  });

  it('ends quietly when its reader goes away', async () => {
    const path = join(directory, 'many.jsonl');
    writeFileSync(path, line('a', 'x'.repeat(500)).repeat(20_000));
    const { child, said, ended } = startRimp(['query', path]);
    child.stdout.once('data', () => child.stdout.destroy());
    expect([await ended, said.stderr]).toEqual([0, '']);
  });
});
