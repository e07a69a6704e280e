import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FileStorage, SqliteStorage, TelemetryData, TelemetryEvent } from 'rimp-telemetry';
import { rimpProgram } from '../helpers/cli.js';
import { StreamReader } from '../helpers/event-stream.js';
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
  const child = spawn(process.execPath, [rimpProgram, 'serve', '--port', '0', ...args], { cwd: directory });
  children.push(child);
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].on('data', (chunk) => {
      said[name] += String(chunk);
    });
  // not 'exit': output may come after it
  const closed = once(child, 'close');
  await until(() => said.stderr.includes(' in a browser') || child.exitCode !== null);
  const url = /open (\S+)\/ in a browser/.exec(said.stderr)?.[1] ?? '';
  const end = async (): Promise<number | null> => {
    child.kill('SIGTERM');
    await closed;
    return child.exitCode;
  };
  return { url, said, end };
}

const event = (text: string): object => logsRequest({ body: { stringValue: text }, severityNumber: 17 });

describe('rimp serve', () => {
  it('on all interfaces without a token names an address for the browser that shows the page', async () => {
    const { url, said } = await serving('--host', '0.0.0.0');
    expect((await fetch(`${url}/`)).status).toBe(200);
    expect(said.stderr).toMatch(/OTLP at http:\S+ and all other interfaces/);
  });

  const interfaces = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const own = interfaces.find(({ family, internal }) => family === 'IPv4' && !internal)?.address;
  (own === undefined ? it.skip : it)(
    'at an address of the network without a token says that the page needs one (skipped without such an address)',
    async () => {
      const { url, said } = await serving('--host', own as string);
      expect((await fetch(`${url}/`)).status).toBe(403);
      expect(said.stderr).toContain(`set a token (--token-file) to open ${url}/ in a browser`);
    },
  );

  it.each(['localhost', '127.0.0.2'])('at %s names the address of the page', async (host) => {
    const { url, said } = await serving('--host', host);
    expect((await fetch(`${url}/`)).status).toBe(200);
    expect(said.stderr).toContain(`rimp serve: open ${url}/ in a browser`);
  });

  it('keeps what it is sent in a file, prints it, and reports the sums at its end', async () => {
    const storage = join(directory, 'telemetry.jsonl');
    const { url, said, end } = await serving('--storage', storage, '--print');
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    for (let i = 0; i < 20; i += 1) expect((await post(`${url}/v1/logs`, event(`number ${i}`))).status).toBe(200);
    // it is in the file when it is answered
    expect((await new FileStorage(storage).retrieve()).events.length).toBe(20);
    const spans = [{ name: 'GET /', startTimeUnixNano: '1767225600000000000', endTimeUnixNano: '1767225600012500000' }];
    const traces = { resourceSpans: [{ scopeSpans: [{ scope: { name: 'shop' }, spans }] }] };
    expect((await post(`${url}/v1/traces`, traces)).status).toBe(200);
    expect(await end()).toBe(0);
    expect(said.stdout).toContain('shop: GET / 12.5 ms\n');
    expect(said.stdout).toContain('ERROR   shop: number 19\n');
    expect(said.stderr).toContain(
      'received 20 log records, 0 metric points, 1 spans; stored 21 events and metrics, 0 waiting',
    );
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

  it('keeps what it is sent in a database', async () => {
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

  it.each([
    ['short', true],
    ['0123456789abcdef', false],
  ])('warns of a token that is short: %s', async (token, isShort) => {
    const file = join(directory, 'token');
    writeFileSync(file, token);
    const { said } = await serving('--backend', 'memory', '--token-file', file);
    await until(() => said.stderr.includes('OTEL_EXPORTER_OTLP_ENDPOINT'));
    expect(said.stderr.includes('warning: the token has fewer than 16 characters')).toBe(isShort);
    expect(said.stderr).not.toContain(token);
  });

  it('says that a file has no token which a header can hold', async () => {
    const file = join(directory, 'token');
    writeFileSync(file, 'two words');
    const { said, end } = await serving('--backend', 'memory', '--token-file', file);
    expect(await end()).toBe(2);
    expect(said.stderr).toContain(`expected the token in ${file} to be a non-empty string without spaces`);
  });

  it('keeps what comes in SQLite if nothing is said, and says where to look and what to set', async () => {
    const { url, said, end } = await serving();
    // its lines come one after the other
    await until(() => said.stderr.includes('OTEL_EXPORTER_OTLP_ENDPOINT') && said.stderr.endsWith('\n'));
    expect(said.stderr).toContain(`export OTEL_EXPORTER_OTLP_ENDPOINT=${url}\n`);
    expect((await post(`${url}/v1/logs`, event('one'))).status).toBe(200);
    const page = await fetch(url);
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('<title>RIMP telemetry</title>')]);
    expect(await (await fetch(`${url}/api/events`)).text()).toContain('"message":"one"');
    expect(await end()).toBe(0);
    const opened = new SqliteStorage(join(directory, 'telemetry.db'));
    expect((await opened.retrieve()).events.map(({ message }) => message)).toEqual(['one']);
    await opened.close();
  });

  it('shows a file as it is and as it grows, and receives nothing', async () => {
    const path = join(directory, 'old.jsonl');
    const storage = new FileStorage(path);
    const store = (...messages: string[]): Promise<void> =>
      storage.store(new TelemetryData(messages.map((message) => new TelemetryEvent({ source: 's', message }))));
    await store('a', 'b', 'c');
    const { url, said, end } = await serving(path);
    expect(said.stderr).toContain('and receiving nothing');
    const first = await fetch(`${url}/api/events?order=desc&limit=2`);
    expect(await first.text()).toMatch(/"message":"c"[^]*"message":"b"/);
    const after = encodeURIComponent(first.headers.get('rimp-cursor') ?? '');
    const second = await fetch(`${url}/api/events?order=desc&limit=2&after=${after}`);
    expect(await second.text()).toMatch(/^\{[^\n]*"message":"a"[^\n]*\n$/);
    const reader = await new StreamReader(`${url}/api/live`).open();
    await until(() => reader.hellos.length === 1);
    await store('d');
    await until(() => reader.items.length === 1);
    expect(reader.messages).toEqual(['d']);
    expect((await post(`${url}/v1/logs`, event('x'))).status).toBe(405);
    expect(await end()).toBe(0);
    await storage.close();
    expect((await new FileStorage(path).retrieve()).events).toHaveLength(4);
  });

  it('shows a database, and leaves it as it is', async () => {
    const path = join(directory, 'old.db');
    const storage = new SqliteStorage(path);
    await storage.store(new TelemetryData([new TelemetryEvent({ source: 's', message: 'kept' })]));
    const { url, end } = await serving(path);
    expect(await (await fetch(`${url}/api/events`)).text()).toContain('"message":"kept"');
    const reader = await new StreamReader(`${url}/api/live`).open();
    await until(() => reader.hellos.length === 1);
    await storage.store(new TelemetryData([new TelemetryEvent({ source: 's', message: 'more' })]));
    await until(() => reader.items.length === 1);
    expect(await end()).toBe(0);
    await storage.close();
  });

  it('shows an example on demand, with logs, traces and metrics', async () => {
    const { url, end } = await serving('--demo');
    const has = async (path: string, text: string): Promise<boolean> =>
      (await (await fetch(`${url}/api/${path}`)).text()).includes(text);
    await until(
      async () => (await has('events?text=answered&limit=5', 'shop.web')) && has('traces', '"name":"GET /cart"'),
    );
    await until(() => has('metric-names', 'http.server.request.duration'));
    expect(await end()).toBe(0);
    expect(existsSync(join(directory, 'telemetry.db'))).toBe(false);
  });

  it.each([
    [['old.jsonl', '--demo'], 'got both: a SOURCE is only shown'],
    [['none.jsonl'], 'there is none at none.jsonl'],
    [['-'], 'which can be read once'],
    [['--storage', 'x.jsonl', '--keep-days', '3'], 'expected --keep-days with a database'],
    [['--storage', 'x.db', '--keep-files', '3'], 'expected --keep-files with files'],
  ])('refuses %j', async (args, words) => {
    const { said, end } = await serving(...args);
    expect(said.stderr).toContain(words);
    expect(await end()).toBe(2);
  });
});
