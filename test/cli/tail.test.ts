import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { FileStorage, SqliteStorage, TelemetryData, TelemetryEvent } from 'rimp-telemetry';
import { endRimps, rimp, rimpOnTerminal, startRimp } from '../helpers/run-rimp.js';
import { until } from '../helpers/until.js';

const directory = mkdtempSync(join(tmpdir(), 'rimp-tail-'));
afterEach(endRimps);
afterAll(() => rmSync(directory, { recursive: true, force: true }));

let files = 0;
const newFile = (extension = 'jsonl'): string => join(directory, `f${files++}.${extension}`);
const line = (message: string, type = 'info'): string =>
  `{"type":"event","data":{"event_id":"${message}","timestamp":"2026-11-24T02:13:00Z","event_type":"${type}","source":"s","message":"${message}","metadata":null}}\n`;
const event = (message: string): TelemetryData =>
  new TelemetryData({ events: [new TelemetryEvent({ source: 's', message })] });

/** The messages of what was printed. */
const messagesIn = (stdout: string): string[] =>
  [...stdout.matchAll(/INFO +s (\S+)/g)].map(([, text]) => text as string);

describe('rimp tail', () => {
  it('shows the last lines, in their order, of those that are asked for', () => {
    const path = newFile();
    writeFileSync(path, Array.from({ length: 30 }, (_, i) => line(`m${i}`, i % 2 === 0 ? 'info' : 'error')).join(''));
    expect(messagesIn(rimp(['tail', path, '-n', '4']).stdout)).toEqual(['m26', 'm28']);
    expect(messagesIn(rimp(['tail', path, '-n', '3', '--type', 'info']).stdout)).toEqual(['m24', 'm26', 'm28']);
    expect(messagesIn(rimp(['tail', path, '-n', '2', '--where', 'message !~ 9', '--type=info']).stdout).length).toBe(2);
    expect(rimp(['tail', path]).lines.length).toBe(10);
    expect(rimp(['tail', path, '--text', 'nowhere'])).toMatchObject({ status: 1, stdout: '' });
  });

  it('follows a file that is rotated by RIMP again and again, and misses and repeats nothing', async () => {
    const path = newFile();
    const storage = new FileStorage({ path, rotation: { maxBytes: 2_000 }, compression: 'gzip' });
    await storage.store(event('m0'));
    const { said, says, child, ended } = startRimp(['tail', '-f', path]);
    await says(' m0');
    const expected = ['m0'];
    for (let i = 1; i <= 200; i += 1) {
      await storage.store(event(`m${i}`));
      expected.push(`m${i}`);
      if (i % 5 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await storage.close();
    await says(' m200');
    child.kill('SIGINT');
    expect(await ended).toBe(0);
    expect(messagesIn(said.stdout)).toEqual(expected);
    expect(said.stderr).toContain('ended after 201 items');
  });

  it('reads a file that others rotate away to its end, though they write to it still', async () => {
    const path = newFile();
    writeFileSync(path, line('m0'));
    const { said, says } = startRimp(['tail', '-f', path]);
    await says(' m0');
    renameSync(path, `${path}.1`);
    appendFileSync(`${path}.1`, line('m1'));
    await says(' m1');
    writeFileSync(path, line('m2'));
    await says(' m2');
    expect(messagesIn(said.stdout)).toEqual(['m0', 'm1', 'm2']);
    expect(said.stderr).toContain('was rotated');
  });

  it('begins anew when a file is truncated or written anew, and waits for the end of a line', async () => {
    const path = newFile();
    writeFileSync(path, line('m0') + line('m1'));
    const { said, says } = startRimp(['tail', '-f', path, '-n', '1']);
    await says(' m1');
    writeFileSync(path, line('m2'));
    await says(' m2');
    // as long as what it replaces
    writeFileSync(path, line('m3'));
    await says(' m3');
    const whole = line('m4');
    appendFileSync(path, whole.slice(0, 40));
    appendFileSync(path, whole.slice(40) + line('m5'));
    await says(' m5');
    expect(messagesIn(said.stdout)).toEqual(['m1', 'm2', 'm3', 'm4', 'm5']);
    expect(said.stderr).toContain('was truncated');
    expect(said.stderr).not.toContain('could not be read');
  });

  it('waits for a file that is not there yet', async () => {
    const path = newFile();
    expect(rimp(['tail', path]).status).toBe(2);
    const { said, says } = startRimp(['tail', '-f', path]);
    await until(() => said.stderr.includes('waiting for'));
    writeFileSync(path, line('m0'));
    await says(' m0');
  });

  it('follows a database as it grows, and several sources at once', async () => {
    const [database, path] = [newFile('db'), newFile()];
    const storage = new SqliteStorage(database);
    await storage.store(event('m0'));
    writeFileSync(path, line('m1'));
    const { said, says, child, ended } = startRimp(['tail', '-f', database, path]);
    await says(' m0');
    await storage.store(event('m2'));
    await says(' m2');
    appendFileSync(path, line('m3'));
    await says(' m3');
    await storage.close();
    child.kill('SIGINT');
    expect(await ended).toBe(0);
    expect(messagesIn(said.stdout).toSorted()).toEqual(['m0', 'm1', 'm2', 'm3']);
  });

  it.each(['is not there', 'is empty'])('waits for a database that %s, and shows all that comes', async (what) => {
    const database = newFile('db');
    if (what === 'is empty') writeFileSync(database, '');
    const { said, says, child, ended } = startRimp(['tail', '-f', '-n', '1', database]);
    await until(() => said.stderr.includes(`waiting for ${database}`));
    const storage = new SqliteStorage(database);
    await storage.store(event('m0'));
    await storage.store(event('m1'));
    await says(' m1');
    await storage.store(event('m2'));
    await says(' m2');
    await storage.close();
    child.kill('SIGINT');
    expect(await ended).toBe(0);
    expect(messagesIn(said.stdout)).toEqual(['m0', 'm1', 'm2']);
  });

  it("formats the JSON lines of pino and winston on standard input, and leaves other programs' text as it is", () => {
    const pino = createRequire(join(process.cwd(), 'noop.js')).resolve('pino');
    const program = `
      const log = require(${JSON.stringify(pino)})({ name: 'shop' }, { write: (text) => process.stdout.write(text) });
      console.log('\\u001b[32mstarting\\u001b[0m up');
      log.warn({ order: { id: 17 } }, 'out of stock');
      log.fatal(new Error('no disk'), 'over');
      console.log(JSON.stringify({ level: 'info', message: 'hello', service: 'web', timestamp: '2026-11-24T02:13:00.000Z' }));
      console.log('{"level":"inf');`;
    const { stdout: input } = spawnSync(process.execPath, ['-e', program], { encoding: 'utf8' });
    const { lines, stderr, status } = rimp(['tail', '--utc'], { input });
    expect(lines.length).toBe(5);
    expect(lines[0]).toBe('starting up');
    expect(lines[1]).toMatch(/^\d\d:\d\d:\d\d\.\d{3}Z +WARNING shop out of stock order\.id=17$/);
    expect(lines[2]).toMatch(/ERROR +shop over err\.type=Error err\.message="no disk"/);
    expect(lines[3]).toMatch(/^2026-11-24 02:13:00.000Z INFO +web +hello$/);
    expect(lines[4]).toBe('{"level":"inf');
    expect([status, stderr]).toEqual([0, expect.stringContaining('--full')]);
    expect(rimp(['tail', '--min-severity', 'fatal'], { input }).lines).toEqual([expect.stringContaining('over')]);
  });

  it('shows the last lines of standard input if so many are asked for', () => {
    const input = Array.from({ length: 5_000 }, (_, i) => line(`m${i}`)).join('');
    expect(messagesIn(rimp(['tail', '-n', '2'], { input }).stdout)).toEqual(['m4998', 'm4999']);
    const filtered = rimp(['tail', '-', '-n', '1', '--grep', 'm1.$'], { input });
    expect([filtered.status, messagesIn(filtered.stdout)]).toEqual([0, ['m19']]);
  });

  it('colours by severity on a terminal', () => {
    const path = newFile();
    writeFileSync(path, line('m0', 'error') + line('m1', 'warning'));
    const shown = rimpOnTerminal(['tail', path]);
    expect(shown).toContain('\u001b[1;31mERROR');
    expect(shown).toContain('\u001b[33mWARNING');
  });
});
