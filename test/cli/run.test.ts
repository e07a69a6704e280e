import { mkdirSync, mkdtempSync, readFileSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { endRimps, rimp, rimpOnTerminal, startRimp } from '../helpers/run-rimp.js';
import { until } from '../helpers/until.js';

mkdirSync('build', { recursive: true });
// below the package, so that the program finds OpenTelemetry
const directory = mkdtempSync(join(process.cwd(), 'build', 'run-'));
const program = join(directory, 'program.cjs');
afterEach(endRimps);
afterAll(() => rmSync(directory, { recursive: true, force: true }));

beforeAll(() => {
  writeFileSync(
    program,
    `const { logs } = require('@opentelemetry/api-logs');
     const { metrics } = require('@opentelemetry/api');
     console.log('said by the program', process.argv.slice(2).join(' '));
     const logger = logs.getLogger('shop');
     logger.emit({ severityNumber: 9, body: 'order placed', attributes: { order: 17 } });
     logger.emit({ severityNumber: 17, body: 'out of \\u001b[2Jstock' });
     metrics.getMeter('shop').createCounter('orders').add(3);
     if (process.env.WAITS) { process.on('SIGTERM', () => process.exit(42)); console.log('waits'); setInterval(() => {}, 1000); }
     if (process.env.DIES) setTimeout(() => process.kill(process.pid, 'SIGKILL'), 400);
     process.exitCode = Number(process.env.STATUS ?? 0);`,
  );
});
const node = ['--', process.execPath, program];

describe('rimp run', () => {
  it("shows a program's events and metrics beside its output, and keeps them in a file", () => {
    const record = join(directory, 'a.jsonl');
    const ran = rimp(['run', '--record', record, ...node, '--with', 'its own', 'options']);
    expect(ran.status).toBe(0);
    expect(ran.stdout).toBe('said by the program --with its own options\n');
    expect(ran.stderr).toMatch(/│ \S+ INFO +shop +order placed order=17\n/);
    expect(ran.stderr).toMatch(/│ \S+ ERROR +shop +out of \\u001b\[2Jstock\n/);
    expect(ran.stderr).toMatch(/│ \S+ METRIC +orders 3\n/);
    expect(ran.stderr).toContain(`2 events (1 error, 0 warnings), 1 metric, 3 items kept in ${record}, nothing lost`);
    expect(rimp(['query', record, '--template', '{message}{name}']).lines.toSorted()).toEqual([
      'order placed',
      'orders',
      'out of \\u001b[2Jstock',
    ]);
  });

  it('leaves a recording alone unless it is asked to add to it or to replace it', () => {
    const record = join(directory, 'b.db');
    expect(rimp(['run', '--quiet', '--record', record, ...node]).status).toBe(0);
    const refused = rimp(['run', '--record', record, ...node]);
    expect(refused).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining('--append adds to it') });
    expect(rimp(['run', '--quiet', '--record', record, '--append', ...node]).status).toBe(0);
    expect(rimp(['query', record]).lines.length).toBe(6);
    expect(rimp(['run', '--quiet', '--record', record, '--force', ...node]).status).toBe(0);
    expect(rimp(['query', record]).lines.length).toBe(3);
  });

  it('replaces what a link leads to, and leaves the link', () => {
    const record = join(directory, 'link.jsonl');
    writeFileSync(join(directory, 'linked.jsonl'), 'mine\n');
    symlinkSync('linked.jsonl', record);
    expect(rimp(['run', '--quiet', '--record', record, '--force', ...node]).status).toBe(0);
    expect(readlinkSync(record)).toBe('linked.jsonl');
    expect(rimp(['query', join(directory, 'linked.jsonl')])).toMatchObject({ stderr: '', status: 0 });
  });

  it('fails and says what was lost if the recording can not be written', () => {
    const ran = rimp(['run', '--quiet', '--record', '/dev/full', ...node]);
    expect(ran.stderr).toMatch(/ENOSPC.*0 items kept in \/dev\/full, \d+ lost \(returned to the program/s);
    expect(ran.status).toBe(1);
  });

  it("ends with the program's status, whatever came", () => {
    const ran = rimp(['run', '--quiet', '--fail-on', 'type = error', ...node], { env: { STATUS: '7' } });
    expect([ran.status, ran.stderr]).toEqual([7, expect.stringContaining('ended with status 7')]);
    expect(ran.stderr).not.toContain('│');
    expect(rimp(['run', join(directory, 'nothing')])).toMatchObject({ status: 127 });
  });

  it('fails if what --fail-on names came, and says what it was', () => {
    const failed = rimp(['run', '--kind', 'metric', '--fail-on', 'type = error', ...node]);
    expect([failed.status, failed.stderr]).toEqual([1, expect.stringContaining("--fail-on 'type = error': 1 item")]);
    expect(failed.stderr).toContain('the first: out of \\u001b[2Jstock');
    expect(failed.stderr).not.toContain('│ order placed');
    const other = ['--fail-on', 'value > 5', '--fail-on', "message ~ 'disk'"];
    expect(rimp(['run', '--quiet', ...other, ...node]).status).toBe(0);
    expect(rimp(['run', '--fail-on', '> 5', ...node])).toMatchObject({ status: 2, stdout: '' });
  });

  it('passes signals on, and keeps what came until then', async () => {
    const record = join(directory, 'c.jsonl');
    const { child, said, ended, says } = startRimp(['run', '--record', record, ...node], { env: { WAITS: '1' } });
    await says('waits');
    await until(() => said.stderr.includes('out of'));
    child.kill('SIGTERM');
    expect(await ended).toBe(42);
    expect(said.stderr).toContain('nothing lost');
    expect(readFileSync(record, 'utf8')).toContain('order placed');
  });

  it('keeps what a program sent before it was killed, and ends as a shell would', () => {
    const record = join(directory, 'd.jsonl');
    const ran = rimp(['run', '--quiet', '--record', record, ...node], { env: { DIES: '1' } });
    expect([ran.status, ran.stderr]).toEqual([137, expect.stringContaining('was ended by SIGKILL')]);
    expect(readFileSync(record, 'utf8')).toContain('order placed');
  });

  it("takes the place of the environment's own endpoints", () => {
    const env = { OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: 'http://127.0.0.1:9/v1/logs', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' };
    expect(rimp(['run', ...node], { env }).stderr).toContain('2 events');
  });

  it('leaves the terminal to the program, and has colours there', () => {
    const script = `console.log('a terminal: ' + process.stdout.isTTY)`;
    expect(rimpOnTerminal(['run', '--quiet', '--', process.execPath, '-e', script])).toContain('a terminal: true');
    expect(rimpOnTerminal(['run', ...node])).toContain('\u001b[1;31mERROR');
  });
});
