import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { rimpProgram } from '../helpers/cli.js';
import { logsRequest, post } from '../helpers/otlp.js';
import { until } from '../helpers/until.js';

let directory: string;
const children: ChildProcess[] = [];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'rimp-output-'));
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(directory, { recursive: true, force: true });
});

function start(...args: string[]) {
  const child = spawn(process.execPath, [rimpProgram, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  const said = { stdout: '', stderr: '' };
  // what it wrote to standard error may come after its exit; standard output may have nobody who reads it to its end
  const ended = Promise.all([once(child, 'exit'), once(child.stderr, 'close')]).then(
    () => child.exitCode ?? child.signalCode,
  );
  child.stderr.on('data', (chunk) => {
    said.stderr += String(chunk);
  });
  return { child, said, ended };
}

async function serving(...args: string[]) {
  const storage = join(directory, 'telemetry.jsonl');
  const { child, said, ended } = start('serve', '--port', '0', '--storage', storage, ...args);
  await until(() => said.stderr.includes('OTLP at') || child.exitCode !== null);
  const url = /OTLP at (\S+),/.exec(said.stderr)?.[1] ?? '';
  const end = async (): Promise<number | string | null> => {
    child.kill('SIGTERM');
    return ended;
  };
  const send = async (...records: object[]): Promise<number> =>
    (await post(`${url}/v1/logs`, logsRequest(...records))).status;
  return { child, said, end, send, storage };
}

const event = (text: string): object => ({ body: { stringValue: text } });
const line = (message: string): string =>
  `{"type":"event","data":{"event_id":"${message}","timestamp":"2026-11-24T02:13:00Z","event_type":"info","source":"s","message":"${message}","metadata":null}}\n`;

describe('rimp serve', () => {
  it.each(['stdout', 'stderr'] as const)('goes on when the reader of its %s is gone', async (name) => {
    const { child, end, send, storage } = await serving('--print');
    child[name].destroy();
    for (let i = 0; i < 4; i += 1) expect(await send(event(`number ${i}`))).toBe(200);
    expect(child.exitCode).toBeNull();
    expect(await end()).toBe(0);
    expect(readFileSync(storage, 'utf8').trim().split('\n').length).toBe(4);
  });

  it('leaves lines out, and counts them, when the reader of what it prints stops reading; it ends all the same', async () => {
    const { said, end, send } = await serving('--print');
    // nobody reads standard output: a pipe holds some 64 kB, the program a megabyte
    const text = 'x'.repeat(100_000);
    for (let i = 0; i < 40; i += 1) expect(await send(event(text))).toBe(200);
    expect(await end()).toBe(0);
    expect(said.stderr).toMatch(/40 log records, .*; \d+ printed lines that nobody read/);
  });

  it('prints an item a line, whatever is in it, and commands no terminal', async () => {
    const { child, end, send } = await serving('--print');
    let printed = '';
    child.stdout.on('data', (chunk) => {
      printed += String(chunk);
    });
    expect(await send(event('\u001b[2Jone\n2026-01-01 ERROR forged'), event('\u009b31m\u202etwo\r'))).toBe(200);
    await until(() => printed.includes('two'));
    await end();
    expect(printed).not.toMatch(/[^\P{Cc}\n]|\u202e/u);
    expect(printed.trim().split('\n').length).toBe(2);
    expect(printed).toContain('\\u001b[2Jone\\n2026-01-01 ERROR forged');
  });

  it.each([
    [['--rotate-bytes', '1000', '--backend', 'memory'], '--rotate-bytes'],
    [['--keep-files', '0'], '--keep-files'],
    [['--max-body-bytes', '0'], '--max-body-bytes'],
    [['--allow-host', ''], '--allow-host'],
    [['--port', '70000'], '--port'],
    [['--backend', 'memory'], '--storage'],
  ])('names the option that is wrong: %j', async (args, named) => {
    const { said, ended } = start('serve', '--port', '0', '--storage', join(directory, 'a.jsonl'), ...args);
    expect([await ended, said.stderr]).toEqual([2, expect.stringContaining(named)]);
  });
});

describe('rimp ship', () => {
  it('takes headers and attributes as they are given, and says what was delivered before', async () => {
    const requests: { headers: IncomingHttpHeaders; body: string }[] = [];
    const server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => {
        body += String(chunk);
      });
      request.on('end', () => {
        requests.push({ headers: request.headers, body });
        response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const to = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const file = join(directory, 'a.jsonl');
    writeFileSync(file, line('one'));
    const args = ['ship', file, '--to', to, '--protocol', 'http/json'];
    const given = [
      '--header',
      'x-scopes=read,write',
      '--header',
      'x-pct=a%2Cb=',
      '--resource',
      'service.name=Foo, Inc',
    ];
    const first = start(...args, ...given);
    expect(await first.ended).toBe(0);
    expect(requests[0]?.headers).toMatchObject({ 'x-scopes': 'read,write', 'x-pct': 'a%2Cb=' });
    expect(requests[0]?.headers).not.toHaveProperty('write');
    expect(requests[0]?.body).toContain('"Foo, Inc"');
    expect(first.said.stderr).not.toContain('already delivered');
    appendFileSync(file, line('two'));
    const second = start(...args);
    expect(await second.ended).toBe(0);
    expect(second.said.stderr).toContain('already delivered up to 2026-11-24T02:13:00.000Z');
    expect(second.said.stderr).toContain('--restart sends all');
    expect(requests.length).toBe(2);
    server.closeAllConnections();
    server.close();
  });

  it.each([
    [['--header', 'bad name=x'], '--header'],
    [['--header', 'x=a\nb'], '--header'],
    [['--header', 'novalue'], '--header'],
    [['--give-up', '0'], '--give-up'],
    [['--checkpoint', '/no/such/checkpoint'], '--checkpoint'],
  ])('refuses what can not work at once, and names it: %j', async (args, named) => {
    const file = join(directory, 'a.jsonl');
    writeFileSync(file, line('one'));
    const { said, ended } = start('ship', file, '--to', 'http://127.0.0.1:9', ...args);
    expect([await ended, said.stderr]).toEqual([2, expect.stringContaining(named)]);
  });
});

it.each([['--help'], ['serve', '--help'], ['ship', '--help'], ['doctor', '--help']])(
  'rimp %s leaves no trace of a reader that is gone',
  async (...args) => {
    const { child, said, ended } = start(...args);
    child.stdout.destroy();
    expect([await ended, said.stderr]).toEqual([0, '']);
  },
);
