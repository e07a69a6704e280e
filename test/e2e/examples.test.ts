import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '../helpers/until.js';

const root = process.cwd();

function run(name: string, ...args: string[]): string {
  return execFileSync(process.execPath, [join(root, 'build', 'examples', name), ...args], { encoding: 'utf8' });
}

beforeAll(() => {
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  execFileSync(process.execPath, [tsc, '-p', join(root, 'tsconfig.examples.json')], { stdio: 'pipe' });
}, 60_000);

describe('the examples', () => {
  it.each([
    ['quick-start.js', 'heard: User logged in\nstored: 1 event, 1 metric\n'],
    ['attach.js', 'error payments: card declined\ninfo checkout: cart abandoned\ndeclined = 1 {"card":"visa"}\n'],
    ['stand-alone.js', 'handed on completely: true\nstorage: 2 of 2\n'],
    [
      'web-application.js',
      'Request: GET /\nRequest: GET /users\nRequest: GET /missing\n/ 200: measured\n/users 200: measured\n/missing 404: measured\n',
    ],
    ['background-service.js', 'the stream brought everything\n'],
    ['own-storage.js', 'db: connection failed\n'],
    [
      'ported-from-python.js',
      'event of type info\nEvent: User logged in\nEvent: Invalid password\nMetric: http_request_duration = 125\nStored 2 events and 1 metric\n',
    ],
  ])('%s prints what it should', (name, output) => {
    expect(run(name)).toBe(output);
  });

  it('the tour loses nothing while its receiver is killed, and says so in some thirty lines', () => {
    const directory = mkdtempSync(join(tmpdir(), 'rimp-tour-'));
    const output = run('start/main.js', '--requests', '60', '--directory', directory);
    expect(output.split('\n').length).toBeLessThan(40);
    expect(output).toContain('result       nothing is lost, and every counter balances');
    const exported = Number(/^ {3}otlp-logs +(\d+) = \1 \+ 0 \+ 0$/m.exec(output)?.[1]);
    expect(output).toContain(`arrived      ${exported} of ${exported} events`);
    expect(output).toMatch(/waiting +[ ▁-█]+ 0 → [1-9]\d* events, [1-9]\d* kB on disk/);
    const total = Number(/^ {3}storage +(\d+) = /m.exec(output)?.[1]);
    const lines = readFileSync(join(directory, 'telemetry.jsonl'), 'utf8').trimEnd().split('\n');
    expect(lines.length).toBe(total);
    // a burst of each round asks for what is broken
    expect(lines.filter((line) => line.includes('"message":"Request: GET /api/broken"')).length).toBe(9);
    expect(lines.filter((line) => line.includes('"name":"http.server.request.duration.count"')).length).toBeGreaterThan(
      4,
    );
    rmSync(directory, { recursive: true });
  });

  it('the tour shows the live view until it is interrupted', async () => {
    const child = spawn(process.execPath, [
      join(root, 'build', 'examples', 'start', 'main.js'),
      '--requests',
      '6',
      '--live',
    ]);
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += String(chunk);
    });
    await until(() => output.includes('Ctrl-C ends it') || child.exitCode !== null);
    const url = /Open (\S+) in a browser/.exec(output)?.[1] ?? '';
    expect(await (await fetch(`${url}api/events?text=Request`)).text()).toContain('"event_type":"info"');
    child.kill('SIGINT');
    const [status] = (await once(child, 'close')) as [number];
    expect([status, output]).toEqual([0, expect.stringContaining('nothing is lost, and every counter balances')]);
  });

  it('the tour prints each item if it is asked to', () => {
    const output = run('start/main.js', '--requests', '6', '--verbose');
    expect(output.match(/info +web +Request: GET \/api\/users/g)?.length).toBe(3);
  });

  it('the tour explains itself, and refuses nonsense', () => {
    expect(run('start/main.js', '--help')).toContain('--requests N');
    expect(() => run('start/main.js', '--requests', 'x')).toThrow(/expected a whole number/);
  });
});
