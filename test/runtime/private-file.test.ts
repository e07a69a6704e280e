import { spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  checkPrivateDirectory,
  makePrivateDirectory,
  NOT_PRIVATE,
  openPrivate,
  readPrivate,
  replacePrivate,
} from '../../src/runtime/private-file.js';

let directory = '';
const formerUmask = process.umask(0);

beforeEach(() => {
  process.umask(0);
  directory = mkdtempSync(join(tmpdir(), 'rimp-private-'));
});
afterEach(() => {
  process.umask(formerUmask);
  rmSync(directory, { recursive: true, force: true });
});

const modeOf = (path: string): number => statSync(path).mode & 0o777;
const descriptors = (): number => readdirSync('/proc/self/fd').length;
const onLinux = existsSync('/proc/self/fd') ? it : it.skip;

describe('private files', () => {
  it('are 0600 in directories of 0700, whatever the umask is', () => {
    const inner = join(directory, 'a', 'b');
    makePrivateDirectory(inner);
    closeSync(openPrivate(join(inner, 'created'), 'create'));
    closeSync(openPrivate(join(inner, 'written'), 'write'));
    replacePrivate(join(inner, 'replaced'), 'x');
    expect([modeOf(inner), ...['created', 'written', 'replaced'].map((name) => modeOf(join(inner, name)))]).toEqual([
      0o700, 0o600, 0o600, 0o600,
    ]);
  });

  it('take the rights of others away when they are opened for writing', () => {
    const path = join(directory, 'open');
    writeFileSync(path, 'content', { mode: 0o644 });
    closeSync(openPrivate(path, 'write'));
    expect(modeOf(path)).toBe(0o600);
    expect(readFileSync(path, 'utf8')).toBe('content');
    const wide = join(directory, 'wide');
    mkdirSync(wide, { mode: 0o755 });
    checkPrivateDirectory(wide);
    expect(modeOf(wide)).toBe(0o700);
  });

  it('are never reached through a symbolic link', () => {
    const target = join(directory, 'target');
    writeFileSync(target, 'precious');
    const link = join(directory, 'link');
    symlinkSync(target, link);
    for (const access of ['read', 'write'] as const) expect(() => openPrivate(link, access)).toThrow('ELOOP');
    expect(() => openPrivate(link, 'create')).toThrow('EEXIST');
    expect(() => readPrivate(link)).toThrow('ELOOP');
    const loop = join(directory, 'loop');
    symlinkSync(loop, loop);
    expect(() => openPrivate(loop, 'write')).toThrow('ELOOP');
    const dangling = join(directory, 'dangling');
    symlinkSync(join(directory, 'nowhere'), dangling);
    expect(() => openPrivate(dangling, 'write')).toThrow('ELOOP');
    expect(existsSync(join(directory, 'nowhere'))).toBe(false);
    expect(() => checkPrivateDirectory(link)).toThrow('to be a directory');
    replacePrivate(link, 'new');
    expect(lstatSync(link).isFile()).toBe(true);
    expect(readFileSync(target, 'utf8')).toBe('precious');
  });

  it('have one name if they are written to', () => {
    const target = join(directory, 'target');
    writeFileSync(target, 'precious');
    linkSync(target, join(directory, 'hard'));
    expect(() => openPrivate(join(directory, 'hard'), 'write')).toThrow(expect.objectContaining({ code: NOT_PRIVATE }));
    expect(readFileSync(target, 'utf8')).toBe('precious');
  });

  it('are regular files: a directory or a pipe is refused at once', () => {
    expect(() => openPrivate(directory, 'read')).toThrow('to be a regular file');
    const pipe = join(directory, 'pipe');
    if (spawnSync('mkfifo', [pipe]).status !== 0) return;
    for (const access of ['read', 'write'] as const)
      expect(() => openPrivate(pipe, access)).toThrow('to be a regular file');
  });

  it('belong to the user of the process', () => {
    if (process.geteuid?.() !== 0) return;
    const path = join(directory, 'of-another');
    writeFileSync(path, 'x');
    spawnSync('chown', ['12345', path]);
    expect(() => readPrivate(path)).toThrow('to belong to the user of this process, not 12345');
    const inner = join(directory, 'inner');
    mkdirSync(inner);
    spawnSync('chown', ['12345', inner]);
    expect(() => checkPrivateDirectory(inner)).toThrow('to belong to the user of this process');
    expect(readdirSync(inner)).toEqual([]);
  });

  it('keep what was there if they can not be replaced, and leave nothing beside it', () => {
    const path = join(directory, 'state');
    mkdirSync(join(path, 'full'), { recursive: true });
    expect(() => replacePrivate(path, 'x')).toThrow();
    expect(readdirSync(directory)).toEqual(['state']);
  });

  it('are read whole, or not at all if there are none', () => {
    const path = join(directory, 'state');
    expect(readPrivate(path)).toBeUndefined();
    const descriptor = openPrivate(path, 'create');
    writeSync(descriptor, 'content');
    closeSync(descriptor);
    expect(readPrivate(path)?.toString()).toBe('content');
  });

  it('make a directory if a link to one is there, and refuse a file', () => {
    const real = join(directory, 'real');
    mkdirSync(real);
    symlinkSync(real, join(directory, 'link'));
    makePrivateDirectory(join(directory, 'link'));
    writeFileSync(join(directory, 'file'), '');
    expect(() => makePrivateDirectory(join(directory, 'file'))).toThrow('EEXIST');
    expect(() => makePrivateDirectory(join(directory, 'file', 'inner'))).toThrow(/EEXIST|ENOTDIR/);
  });

  onLinux('leave no descriptor open if they are refused', () => {
    linkSync(openedOnce(join(directory, 'one')), join(directory, 'two'));
    const before = descriptors();
    for (let i = 0; i < 20; i += 1) {
      expect(() => openPrivate(join(directory, 'two'), 'write')).toThrow();
      expect(() => openPrivate(directory, 'read')).toThrow();
    }
    expect(descriptors()).toBe(before);
  });
});

function openedOnce(path: string): string {
  writeFileSync(path, '');
  return path;
}
