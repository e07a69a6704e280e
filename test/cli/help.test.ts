import { spawnSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import { rimpProgram } from '../helpers/cli.js';

const rimp = (...args: string[]) => spawnSync(process.execPath, [rimpProgram, ...args], { encoding: 'utf8' });
const commands = [...rimp('--help').stdout.matchAll(/^ {2}(\w+) {2,}\S/gm)].map(([, name]) => name as string);

describe('the help of rimp', () => {
  it('lists the commands', () => {
    expect(commands).toEqual(expect.arrayContaining(['serve', 'ship', 'doctor', 'complete']));
  });

  it.each(commands)('of %s begins with examples of that command and ends with the exit statuses', (name) => {
    const { stdout, stderr, status } = rimp(name, '--help');
    expect([status, stderr]).toEqual([0, '']);
    const lines = stdout.split('\n');
    expect(lines[0]).toMatch(new RegExp(`^rimp ${name}: \\S`));
    expect(lines[2]).toBe('Examples:');
    expect(lines[3]).toContain(`rimp ${name}`);
    expect(stdout.indexOf('Usage: ')).toBeGreaterThan(stdout.indexOf('Examples:'));
    expect(stdout.trimEnd().split('\n\n').at(-1)).toMatch(/^Exit status: 0 /);
    expect(rimp('help', name).stdout).toBe(stdout);
  });

  it.each(commands.filter((name) => name !== 'complete'))(
    'of %s is what an option that it does not have leads to',
    (name) => {
      const { stdout, stderr, status } = rimp(name, '--hlep');
      expect([stdout, status]).toEqual(['', 2]);
      expect(stderr).toContain(`rimp ${name}: unknown option "--hlep"`);
      expect(stderr).toContain(`rimp ${name} --help`);
    },
  );

  it('costs less than 100 ms of processor time over a start of Node', () => {
    const says =
      "process.on('exit', () => { const { user, system } = process.cpuUsage(); process._rawDebug(user + system); })";
    const millis = (args: string[]): number[] =>
      Array.from({ length: 5 }, () => {
        const measured = ['--import', `data:text/javascript,${encodeURIComponent(says)}`, ...args];
        return Number(spawnSync(process.execPath, measured, { encoding: 'utf8' }).stderr) / 1_000;
      });
    // the least of several: other work on this machine only adds
    const [help, start] = [Math.min(...millis([rimpProgram, '--help'])), Math.min(...millis(['-e', '0']))];
    expect(start).toBeGreaterThan(0);
    expect(help - start).toBeLessThan(100);
  });
});

describe('rimp complete', () => {
  const offered = (...words: string[]): string[] =>
    rimp('complete', '--', ...words)
      .stdout.split('\n')
      .map((line) => line.split('\t')[0] ?? '');

  it.each(['bash', 'zsh', 'fish'])('prints a script for %s that asks the program', (shell) => {
    const { stdout, status } = rimp('complete', shell);
    expect(status).toBe(0);
    expect(stdout).toMatch(/rimp complete --/);
  });

  it('offers commands, options and the choices of an option', () => {
    expect(offered('se')).toContain('serve');
    expect(offered('serve', '--all')).toContain('--allow-host');
    expect(offered('serve', '--backend', '')).toEqual(expect.arrayContaining(['file', 'database', 'memory']));
  });

  it('names the shells that it knows', () => {
    expect(rimp('complete', 'tcsh')).toMatchObject({ status: 2, stderr: expect.stringContaining('bash, zsh, fish') });
  });
});

it('names the arguments that a command does not take', () => {
  const { status, stderr } = rimp('serve', 'one.jsonl', 'extra', 'more');
  expect(status).toBe(2);
  expect(stderr).toContain('rimp serve: unexpected "extra", "more": too many arguments');
});

it('says that a project is a folder, and which one is none', () => {
  const { status, stderr } = rimp('doctor', '--project', '/nowhere/at/all');
  expect([status, stderr]).toEqual([
    2,
    'rimp doctor: expected --project to be the folder of a project, got /nowhere/at/all, which is no directory\n',
  ]);
});
