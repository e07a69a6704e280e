import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { closeSinks, jsonRecords, otlpSink } from '../helpers/otlp-sink.js';

// below the package, so that the programs find it by its name
mkdirSync('build', { recursive: true });
const directory = mkdtempSync(join(process.cwd(), 'build', 'register-'));
let runs = 0;
afterAll(() => rmSync(directory, { recursive: true }));
afterEach(closeSinks);

const EMIT = `
const api = require('@opentelemetry/api');
const { logs } = api.logs ? api : require('@opentelemetry/api-logs');
logs.getLogger('lib').emit({ body: 'hello', severityNumber: 9 });
api.metrics.getMeter('lib').createCounter('c').add(3);
`;

/** Runs a program that knows nothing of telemetry; `onReady` is called once it prints "ready". */
async function run(
  code: string,
  options: { flag?: string; env?: Record<string, string>; onReady?: (pid: number) => void },
) {
  const path = join(directory, `${runs++}.jsonl`);
  const script = `${path}.cjs`;
  writeFileSync(script, code);
  const child = spawn(process.execPath, [options.flag ?? '--import', 'rimp-telemetry/register', script], {
    cwd: directory,
    env: { ...process.env, RIMP_STORAGE_BACKEND: 'file', RIMP_STORAGE_PATH: path, ...options.env },
  });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  child.stdout.on('data', (chunk: Buffer) => {
    if (chunk.toString().includes('ready')) options.onReady?.(child.pid ?? 0);
  });
  const [status, signal] = (await once(child, 'close')) as [number | null, string | null];
  const lines = existsSync(path) ? readFileSync(path, 'utf8').trimEnd().split('\n') : [];
  return { status, signal, stderr, lines };
}

const found = (lines: readonly string[]) => lines.map((line) => /"message":"hello"|"name":"c"/.exec(line)?.[0]);

describe('rimp-telemetry/register', () => {
  it.each(['--import', '--require'])('needs no line of code, with %s', async (flag) => {
    const { status, stderr, lines } = await run(EMIT, { flag });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(found(lines)).toEqual(['"message":"hello"', '"name":"c"']);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('flushes at %s, and lets the signal do its work', async (signal) => {
    const sink = await otlpSink();
    const ran = await run(`${EMIT} setInterval(() => undefined, 1000); console.log('ready');`, {
      env: {
        OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
        OTEL_SERVICE_NAME: 'zero',
      },
      onReady: (pid) => process.kill(pid, signal),
    });
    expect({ ...ran, lines: found(ran.lines) }).toEqual({
      status: null,
      signal,
      stderr: '',
      lines: ['"message":"hello"', '"name":"c"'],
    });
    expect(ran.lines[0]).toContain('"service.name":"zero"');
    expect(jsonRecords(sink.requests).length).toBe(1);
    expect(sink.requests.map(({ path }) => path).sort()).toEqual(['/v1/logs', '/v1/metrics']);
  });

  it('is one for both module formats, and can be imported', async () => {
    const { status, stderr, lines } = await run(
      `const { telemetry } = require('rimp-telemetry/register');
       import('rimp-telemetry/register').then((esm) => {
         if (esm.telemetry !== telemetry) process.exit(7);
         telemetry.collector.collectEvent('app', 'hello');
       });`,
      {},
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(found(lines)).toEqual(['"message":"hello"']);
  });

  it('says what is wrong with the environment, and does not harm the application', async () => {
    const { status, stderr, lines } = await run(`${EMIT} process.exitCode = 5;`, { env: { RIMP_BUFFER_SIZE: 'many' } });
    expect(status).toBe(5);
    expect(stderr).toMatch(/rimp-telemetry\/register: telemetry is off: .*"bufferSize".*"many"/s);
    expect(lines).toEqual([]);
  });

  it('is off if OpenTelemetry is disabled', async () => {
    const { status, stderr, lines } = await run(EMIT, { env: { OTEL_SDK_DISABLED: 'true' } });
    expect({ status, stderr, lines }).toEqual({ status: 0, stderr: '', lines: [] });
  });
});
