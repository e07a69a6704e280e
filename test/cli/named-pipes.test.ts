import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { endRimps, startRimp } from '../helpers/run-rimp.js';
import { until } from '../helpers/until.js';

const directory = mkdtempSync(join(tmpdir(), 'rimp-pipe-'));
const pipe = join(directory, 'pipe');
execFileSync('mkfifo', [pipe]);

afterEach(endRimps);
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Whether a process has the pipe open, and waits for what comes. */
function waits(pid: number | undefined): boolean {
  const isOpen = readdirSync(`/proc/${pid}/fd`).some((fd) => linkAt(`/proc/${pid}/fd/${fd}`) === pipe);
  return isOpen && readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') S ');
}

function linkAt(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    // closed meanwhile
    return undefined;
  }
}

const LINE =
  '{"type":"event","data":{"event_id":"1","timestamp":"2026-01-01T00:00:00.000Z","event_type":"info","source":"shop","message":"hello","metadata":null}}\n';

describe('a named pipe as SOURCE', () => {
  it.each([
    ['query', 1],
    ['stats', 1],
    ['tail', 1],
    ['tail -f', 1],
    ['diff', 2],
    ['convert', 130],
  ])('to which nobody writes: `%s` ends at the first SIGINT', async (command, status) => {
    const more = command === 'diff' ? [pipe] : command === 'convert' ? [join(directory, 'out.jsonl')] : [];
    const { child, ended } = startRimp([...command.split(' '), pipe, ...more]);
    await until(() => waits(child.pid));
    child.kill('SIGINT');
    expect(await ended).toBe(status);
  });

  it.each([
    ['query', 'none.jsonl'],
    ['diff', 'none.jsonl'],
    ['convert', 'there.jsonl'],
  ])('does not keep `%s` that has nothing to do', async (command, other) => {
    writeFileSync(join(directory, 'there.jsonl'), LINE);
    expect(await startRimp([command, pipe, join(directory, other)]).ended).toBe(2);
  });

  it('gives what is written to it later, until its writer closes it', async () => {
    const { child, ended, said } = startRimp(['query', pipe]);
    await until(() => waits(child.pid));
    appendFileSync(pipe, LINE);
    expect(await ended).toBe(0);
    expect(said.stdout).toContain('hello');
  });
});

describe('a standard input to which nothing comes any more', () => {
  it('ends at the first SIGINT, after what came was shown', async () => {
    const { child, ended, said, says } = startRimp(['query', '-']);
    child.stdin?.write(LINE.repeat(3_000));
    await says('hello');
    child.kill('SIGINT');
    expect(await ended).toBe(0);
    expect(said.stderr).toMatch(/ended by a signal after [\d,]+ items/);
  });
});
