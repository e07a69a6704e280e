import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { FileStorage, PostgresStorage, TelemetryData, TelemetryEvent, TelemetryMetric } from 'rimp-telemetry';
import { type Postgres, postgresPrograms, startPostgres } from '../helpers/postgres.js';
import { endRimps, rimp, startRimp } from '../helpers/run-rimp.js';
import { openDatabase } from '../helpers/sqlite.js';
import { until } from '../helpers/until.js';

const directory = mkdtempSync(join(tmpdir(), 'rimp-cli-databases-'));
const path = (name: string): string => join(directory, name);
const file = path('a.jsonl');
beforeAll(async () => {
  const storage = new FileStorage(file);
  const at = (second: number): Date => new Date(Date.parse('2026-11-24T10:00:00Z') + second * 1_000);
  const events = [0, 1, 2].map(
    (i) =>
      new TelemetryEvent({
        timestamp: at(i),
        eventId: `e${i}`,
        source: 's',
        message: `m ${i}`,
        metadata: { i, at: [i] },
      }),
  );
  const metrics = [
    new TelemetryMetric({ timestamp: at(3), metricId: 'm', name: 'load', value: 1.5, tags: { a: 'b' } }),
  ];
  await storage.store(new TelemetryData({ events, metrics }));
  await storage.close();
});
afterEach(endRimps);
afterAll(() => rmSync(directory, { recursive: true, force: true }));

(postgresPrograms === undefined ? describe.skip : describe)('rimp and PostgreSQL', () => {
  let server: Postgres;
  beforeAll(async () => {
    server = await startPostgres();
  }, 60_000);
  afterAll(() => server.remove());

  it('query says that a database of others is none of RIMP, and makes no tables there', () => {
    const { status, stderr } = rimp(['query', `${server.url}`]);
    expect([status, stderr]).toEqual([2, expect.stringContaining('is not a RIMP database')]);
    // a second look finds none either
    expect(rimp(['stats', `${server.url}`]).stderr).toContain('is not a RIMP database');
  });

  it('tail -f waits for the tables, and shows what comes', async () => {
    const { said, says, child, ended } = startRimp(['tail', '-f', server.url]);
    await until(() => said.stderr.includes('waiting for tables of RIMP in postgres://'));
    const storage = new PostgresStorage({ url: server.url, tablePrefix: 'other_' });
    await storage.store(
      new TelemetryData({ events: [new TelemetryEvent({ source: 's', message: 'of other tables' })] }),
    );
    await storage.close();
    expect(rimp(['convert', file, server.url]).status).toBe(0);
    await says(' m 2');
    child.kill('SIGINT');
    expect(await ended).toBe(0);
    expect(said.stdout).not.toContain('other');
    const again = new PostgresStorage(server.url);
    await again.clear();
    await again.close();
  });

  it('convert adds every item once, says which were there already, and gives all of them back', () => {
    const first = rimp(['convert', file, server.url]);
    expect([first.status, first.stderr]).toEqual([0, expect.stringContaining('4 items read = 4 written')]);
    const more = {
      event_id: 'e9',
      timestamp: '2026-11-24T10:00:09Z',
      event_type: 'info',
      source: 's',
      message: 'late',
    };
    writeFileSync(
      path('more.jsonl'),
      `${readFileSync(file, 'utf8')}${JSON.stringify({ type: 'event', data: more })}\n`,
    );
    const second = rimp(['convert', path('more.jsonl'), server.url]);
    expect([second.status, second.stderr]).toEqual([0, expect.stringContaining('= 1 written + 4 there already')]);
    const back = rimp(['convert', server.url, path('back.jsonl'), '--until', '2026-11-24T10:00:05Z']);
    expect(back.stderr).toContain('5 items read = 4 written + 1 left out by the filters');
    expect(readFileSync(path('back.jsonl'), 'utf8')).toBe(readFileSync(file, 'utf8'));
  });
});

describe('rimp and SQLite', () => {
  it.each([['query'], ['tail'], ['stats'], ['convert']])(
    '%s leaves the database of another program as it is',
    (name) => {
      const database = openDatabase(path('theirs.db'));
      database.exec('CREATE TABLE IF NOT EXISTS theirs (a)');
      database.close();
      const before = readFileSync(path('theirs.db'));
      const { status, stderr } = rimp([name, path('theirs.db'), ...(name === 'convert' ? [path('x.jsonl')] : [])]);
      expect([status, stderr]).toEqual([2, expect.stringContaining('is not a RIMP database')]);
      expect(readFileSync(path('theirs.db')).equals(before)).toBe(true);
      expect(readdirSync(directory).filter((entry) => /^(?:theirs.db-|x)/.test(entry))).toEqual([]);
    },
  );

  it('convert makes a database of one file, in which an item of an id that came before is no new one', () => {
    writeFileSync(path('twice.jsonl'), readFileSync(file, 'utf8').repeat(2));
    const { stderr } = rimp(['convert', path('twice.jsonl'), path('b.db')]);
    expect(stderr).toContain('8 items read = 4 written + 4 there already');
    expect(readdirSync(directory).filter((entry) => entry.includes('b.db'))).toEqual(['b.db']);
    expect(rimp(['query', path('b.db'), '--json']).lines).toHaveLength(4);
  });
});
