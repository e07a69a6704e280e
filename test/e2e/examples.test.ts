import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';

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

  it('the main job handles its requests, stores them and balances', () => {
    const output = run('start/main.js', '--requests', '60');
    expect(output).toMatch(/60 requests; everything handed on: yes; the ledger balances: yes\n$/);
    expect(output).not.toContain('\u001b');
    expect(output).toMatch(/info +web +60\n/);
    const file = /^File {4}(.*)$/m.exec(output)?.[1] ?? '';
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
    const total = Number(/^ {2}storage +(\d+) = /m.exec(output)?.[1]);
    expect(lines.length).toBe(total);
    expect(lines.filter((line) => line.includes('"message":"Request: GET /api/broken"')).length).toBe(10);
    expect(lines.filter((line) => line.includes('"name":"http.server.request.duration.count"')).length).toBeGreaterThan(
      4,
    );
  });

  it('the main job explains itself, and refuses nonsense', () => {
    expect(run('start/main.js', '--help')).toContain('--requests N');
    expect(() => run('start/main.js', '--requests', 'x')).toThrow(/expected a whole number/);
  });
});
