import { execFile } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SqliteStorage, TelemetryData, TelemetryEvent } from 'rimp-telemetry';
import { rimpProgram } from '../helpers/cli.js';
import { beginShipment, directory, endShipment, lines, PYTHON, receiver } from '../helpers/shipment.js';

beforeEach(beginShipment);
afterEach(endShipment);

describe('rimp ship', () => {
  const run = async (...args: string[]) => {
    try {
      const { stdout, stderr } = await promisify(execFile)(process.execPath, [rimpProgram, 'ship', ...args]);
      return { code: 0, stdout, stderr };
    } catch (error) {
      const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
      return { code, stdout, stderr };
    }
  };

  it('prints the counters, and keeps a checkpoint beside the file', async () => {
    const path = join(directory, 'python.jsonl');
    writeFileSync(path, `${PYTHON.join('\n')}\n`);
    const first = await run(path, '--to', receiver.url, '--gzip', '--resource', 'service.name=shop');
    expect(first.stdout).toContain('read       2 events, 1 metric,');
    expect(first.stdout).toContain('logs       2 accepted = 2 delivered, 0 waiting');
    expect(first.stdout).toContain('unreadable 1 line: not_rimp');
    expect(first.code).toBe(0);
    expect(existsSync(`${path}.ship`)).toBe(true);
    const second = await run(path, '--to', receiver.url);
    expect(second.stdout).toContain('read       0 events');
    expect(await run(path, '--dry-run', '--from', '2025-01-02')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('read       1 event, 0 metrics'),
    });
  });

  it('reads a database and leaves it as it is, also one of others', async () => {
    const path = join(directory, 'shop.db');
    const storage = new SqliteStorage({ path, tablePrefix: 'my_' });
    await storage.store(new TelemetryData({ events: [new TelemetryEvent({ source: 's', message: 'kept' })] }));
    await storage.close();
    const before = readFileSync(path);
    const to = ['--to', receiver.url, '--checkpoint', 'none'];
    const shipped = await run('--storage', path, '--table-prefix', 'my_', ...to);
    expect([shipped.code, shipped.stdout]).toEqual([0, expect.stringContaining('logs       1 accepted = 1 delivered')]);
    const refused = await run('--storage', path, ...to);
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('is not a RIMP database')]);
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  it('says what is wrong with its arguments', async () => {
    const path = join(directory, 'a.jsonl');
    writeFileSync(path, lines(0, 1));
    expect(await run()).toMatchObject({ code: 2, stderr: expect.stringContaining('expected a FILE, or --storage') });
    expect(await run(path)).toMatchObject({ code: 2, stderr: expect.stringContaining('expected --to URL') });
    const to = ['--to', receiver.url];
    for (const [args, words] of [
      [[path, '--to', 'localhost'], 'rimp ship: expected --to to be an http or https URL, got "localhost"'],
      [[join(directory, 'none.jsonl'), ...to], 'expected a file, there is none at'],
      [['--storage', join(directory, 'none.db'), ...to], 'expected a database, there is none at'],
      [[path, ...to, '--from', 'noon'], 'expected --from to be a time'],
      [[path, ...to, '--folow'], 'unknown option "--folow": did you mean "--follow"?'],
      [[path, ...to, '--from', '2027-01-01', '--until', '2026-01-01'], 'expected --from to be before --until'],
      [[directory, ...to], 'is a directory'],
      [[path, ...to, '--header', 'x'], 'expected --header to be NAME=VALUE, got "x"'],
      [[path, ...to, '--give-up', 'soon'], 'expected --give-up to be a whole number, got "soon"'],
      [[path, ...to, '--protocol', 'grpc'], '"grpc" is invalid. Expected one of http/protobuf, http/json'],
      [[path, ...to, '--checkpoint', join(directory, 'no', 'such')], 'to be a file that can be written'],
    ] as const)
      expect(await run(...args)).toMatchObject({ code: 2, stderr: expect.stringContaining(words) });
    const database = join(directory, 'telemetry.db');
    const storage = new SqliteStorage(database);
    await storage.store(new TelemetryData({ events: [new TelemetryEvent({ source: 's', message: 'm' })] }));
    await storage.close();
    expect(await run(database, ...to)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('is a SQLite database: give it as the storage (rimp ship --storage)'),
    });
    expect(existsSync(`${database}.ship`)).toBe(false);
    expect(await run('/dev/null', ...to)).toMatchObject({ code: 2, stderr: expect.stringContaining('is a pipe or') });
    const foreign = join(directory, 'package.json');
    writeFileSync(foreign, '{\n"name": "x"\n}\n');
    expect(await run(foreign, ...to)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('no line of it is one'),
    });
    expect((await run('--help')).stdout).toContain('Usage: rimp ship FILE');
  });
});
