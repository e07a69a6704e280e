import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FileStorage, SqliteStorage } from 'rimp-telemetry';
import { rimpProgram } from '../helpers/cli.js';
import { logsRequest, post } from '../helpers/otlp.js';
import { until } from '../helpers/until.js';

let directory: string;
const children: ChildProcess[] = [];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'rimp-serve-'));
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(directory, { recursive: true, force: true });
});

/** Runs `rimp serve`, and waits for its address. */
async function serving(...args: string[]) {
  const child = spawn(process.execPath, [rimpProgram, 'serve', '--port', '0', ...args]);
  children.push(child);
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].on('data', (chunk) => {
      said[name] += String(chunk);
    });
  await until(() => said.stderr.includes('OTLP at') || child.exitCode !== null);
  const url = /OTLP at (\S+),/.exec(said.stderr)?.[1] ?? '';
  const end = async (): Promise<number | null> => {
    child.kill('SIGTERM');
    if (child.exitCode === null) await once(child, 'exit');
    return child.exitCode;
  };
  return { url, said, end };
}

const event = (text: string): object => logsRequest({ body: { stringValue: text }, severityNumber: 17 });

describe('rimp serve', () => {
  it('keeps what it is sent in a file, prints it, and reports the sums at its end', async () => {
    const storage = join(directory, 'telemetry.jsonl');
    const { url, said, end } = await serving('--storage', storage, '--print');
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    for (let i = 0; i < 20; i += 1) expect((await post(`${url}/v1/logs`, event(`number ${i}`))).status).toBe(200);
    // it is in the file when it is answered
    expect((await new FileStorage(storage).retrieve()).events.length).toBe(20);
    expect((await post(`${url}/v1/traces`, {})).status).toBe(200);
    expect(await end()).toBe(0);
    expect(said.stdout).toContain('ERROR   shop: number 19\n');
    expect(said.stderr).toContain('20 log records, 0 metric points, 0 spans; 20 items stored, 0 waiting');
  });

  it('loads a driver beside itself, not one of the directory that it is called in', async () => {
    const planted = join(directory, 'node_modules', 'libsql');
    const marker = join(directory, 'loaded');
    mkdirSync(planted, { recursive: true });
    writeFileSync(join(planted, 'package.json'), '{"name":"libsql","version":"9.9.9","main":"index.js"}');
    writeFileSync(join(planted, 'index.js'), `require('node:fs').writeFileSync(${JSON.stringify(marker)}, '');`);
    const before = process.cwd();
    process.chdir(directory);
    try {
      const { url, end } = await serving('--storage', 'telemetry.db');
      expect((await post(`${url}/v1/logs`, event('one'))).status).toBe(200);
      expect(await end()).toBe(0);
    } finally {
      process.chdir(before);
    }
    expect(existsSync(marker)).toBe(false);
    expect((await new SqliteStorage(join(directory, 'telemetry.db')).retrieve()).events).toHaveLength(1);
  });

  it('keeps it in a database', async () => {
    const storage = join(directory, 'telemetry.db');
    const { url, end } = await serving('--storage', storage);
    expect((await post(`${url}/v1/logs`, event('one'))).status).toBe(200);
    expect(await end()).toBe(0);
    const opened = new SqliteStorage(storage);
    expect((await opened.retrieve()).events.map(({ message }) => message)).toEqual(['one']);
    await opened.close();
  });

  it('wants the token of a file, and says what is wrong with its arguments', async () => {
    const file = join(directory, 'token');
    writeFileSync(file, 'secret\n');
    const { url, end } = await serving('--backend', 'memory', '--token-file', file);
    expect((await post(`${url}/v1/logs`, event('x'))).status).toBe(401);
    expect((await post(`${url}/v1/logs`, event('x'), { authorization: 'Bearer secret' })).status).toBe(200);
    const port = new URL(url).port;
    const second = await serving('--backend', 'memory', '--port', port);
    expect(second.said.stderr).toContain('EADDRINUSE');
    expect(await second.end()).toBe(1);
    const unreachable = await serving('--storage', 'postgres://rimp@127.0.0.1:1/none');
    expect(unreachable.said.stderr).toContain('ECONNREFUSED');
    expect(await unreachable.end()).toBe(1);
    expect(await end()).toBe(0);
    const wrong = await serving('--storage', directory);
    expect(await wrong.end()).toBe(2);
    expect(wrong.said.stderr).toContain("can't be written: it is a directory");
  });
});
