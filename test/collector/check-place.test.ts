import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { ConfigError, openStorage, PostgresStorage, SqliteStorage, TelemetryCollector } from 'rimp-telemetry';

const directory = mkdtempSync(join(tmpdir(), 'rimp-place-'));
afterAll(() => rmSync(directory, { recursive: true }));

describe('a collector whose storage can never be written', () => {
  const file = join(directory, 'file');
  writeFileSync(file, '');
  mkdirSync(join(directory, 'taken'));
  const wrong: readonly [backend: 'file' | 'sqlite' | 'postgres' | 'database', path: string, words: RegExp][] = [
    ['file', directory, /"storagePath" is a directory, .*: give the path of a file/],
    ['sqlite', directory, /is a directory/],
    ['database', join(directory, 'taken'), /is a directory/],
    ['file', join(file, 'below', 'a.jsonl'), /can't be written: (?:ENOTDIR|.* is not a directory)/],
    ['database', join(file, 'a.db'), /can't be written/],
    ['database', 'mysql://u:secret@h/d', /a URL with the scheme "mysql:": give postgres:\/\//],
    ['sqlite', 'file:///tmp/a.db', /a URL with the scheme "file:"/],
    ['sqlite', 'postgres://u:secret@h/d', /a URL with the scheme "postgres:"/],
    ['file', 'postgres://u:secret@h/d', /give storageBackend "postgres"/],
    ['file', 'https://h/d', /a URL with the scheme "https:"/],
    ['postgres', '/tmp/a.db', /a URL that begins with postgres:\/\//],
    ['postgres', 'mysql://u:secret@h/d', /a URL that begins with postgres:\/\//],
  ];

  it.each(wrong)('is not made: %s at %s', (storageBackend, storagePath, words) => {
    const make = (): TelemetryCollector => new TelemetryCollector({ storageBackend, storagePath });
    expect(make).toThrow(words);
    expect(make).toThrow(ConfigError);
    expect(make).not.toThrow(/secret/);
  });

  it('says so of a directory in which this user may not write', () => {
    const locked = join(directory, 'locked');
    mkdirSync(locked);
    chmodSync(locked, 0o555);
    const program = `
      if (process.getuid() === 0) { process.setgid(65534); process.setuid(65534); }
      const { TelemetryCollector } = require('rimp-telemetry');
      for (const [storageBackend, name] of [['file', 'a.jsonl'], ['sqlite', 'a.db']])
        try { new TelemetryCollector({ storageBackend, storagePath: process.argv[1] + '/' + name }); console.log('made'); }
        catch (error) { console.log(error.code, error.message); }`;
    chmodSync(directory, 0o755);
    const said = execFileSync(process.execPath, ['-e', program, locked], { encoding: 'utf8' }).trim().split('\n');
    expect(said.length).toBe(2);
    for (const line of said)
      expect(line).toMatch(/^RIMP_INVALID_CONFIG .*can't be written: EACCES at .*this user may write/);
  });

  it.each([
    // Node has an SQLite of its own from 22.13 on
    ['database', 'a.db', process.getBuiltinModule('node:sqlite') === undefined ? /npm install libsql/ : /^made$/],
    ['postgres', 'postgres://h/d', /RIMP_MISSING_PACKAGE .*npm install pg/],
    ['clickhouse', 'clickhouse://h/d', /RIMP_MISSING_PACKAGE .*npm install @clickhouse\/client/],
  ])('says which package is missing: %s', (storageBackend, storagePath, words) => {
    const bare = mkdtempSync(join(directory, 'bare-'));
    const main = join(bare, 'main.cjs');
    const library = JSON.stringify(join(process.cwd(), 'dist/cjs/index.js'));
    writeFileSync(
      main,
      `const { TelemetryCollector } = require(${library});
      const [, , storageBackend, storagePath] = process.argv;
      try { new TelemetryCollector({ storageBackend, storagePath }); console.log('made'); }
      catch (error) { console.log(error.code, error.message); }`,
    );
    const said = execFileSync(process.execPath, [main, storageBackend, storagePath], { encoding: 'utf8', cwd: bare });
    expect(said.trim()).toMatch(words);
  });

  it('is made if it is disabled, or if missing directories can be made', async () => {
    expect(new TelemetryCollector({ enabled: false, storageBackend: 'file', storagePath: directory }).enabled).toBe(
      false,
    );
    const collector = new TelemetryCollector({ storageBackend: 'file', storagePath: join(directory, 'a/b/c.jsonl') });
    collector.collectEvent('s', 'm');
    expect((await collector.shutdown()).complete).toBe(true);
  });

  it('is made while another process rotates the file away, at any moment', async () => {
    const path = join(directory, 'rotating', 'a.jsonl');
    const rotates = `
      const { mkdirSync, renameSync, writeFileSync } = require('node:fs');
      mkdirSync(require('node:path').dirname(process.argv[1]));
      process.on('message', () => process.exit());
      (function some() {
        for (let i = 0; i < 500; i += 1) {
          writeFileSync(process.argv[1], '');
          renameSync(process.argv[1], process.argv[1] + '.1');
        }
        process.send('rotated');
        setImmediate(some);
      })();`;
    const other = spawn(process.execPath, ['-e', rotates, path], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    const ended = once(other, 'exit');
    await once(other, 'message');
    try {
      for (let i = 0; i < 2_000; i += 1)
        await new TelemetryCollector({ storageBackend: 'file', storagePath: path }).shutdown();
    } finally {
      other.send('end');
    }
    expect(await ended).toEqual([0, null]);
  });
});

it('names the storages of databases by their own names', async () => {
  const sqlite = openStorage({ storageBackend: 'sqlite', storagePath: join(directory, 'named.db') });
  expect(sqlite).toBeInstanceOf(SqliteStorage);
  await sqlite.close();
  expect(openStorage({ storageBackend: 'postgres', storagePath: 'postgres://h/d' })).toBeInstanceOf(PostgresStorage);
});
