import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  stat,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FaultyFs } from './faulty-fs.js';

let directory = '';
let faulty: FaultyFs | undefined;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'rimp-faulty-'));
});
afterEach(() => {
  faulty?.restore();
  rmSync(directory, { recursive: true, force: true });
});

describe('the file system that fails', () => {
  it('fails the call that is asked for, with that error, and no other', () => {
    faulty = new FaultyFs({ under: directory, code: 'EIO', from: 1 });
    writeFileSync(join(directory, 'a'), 'x');
    expect(() => readdirSync(directory)).toThrow(expect.objectContaining({ code: 'EIO' }));
    expect(readdirSync(directory)).toEqual(['a']);
    expect(readdirSync(tmpdir()).length).toBeGreaterThan(0);
    expect(faulty.failed).toEqual([`readdirSync ${directory}`]);
  });

  it('fails calls about descriptors and handles that were opened there', async () => {
    const path = join(directory, 'a');
    faulty = new FaultyFs({ under: directory, code: 'ENOSPC', only: /^write|^read$/, count: 9 });
    const descriptor = openSync(path, 'w');
    expect(() => writeSync(descriptor, 'x')).toThrow('ENOSPC');
    closeSync(descriptor);
    const handle = await open(path, 'r');
    await expect(handle.read(Buffer.alloc(1), 0, 1, 0)).rejects.toThrow('ENOSPC');
    await handle.close();
  });

  it('fails promises and callbacks', async () => {
    faulty = new FaultyFs({ under: directory, code: 'EACCES', count: 9 });
    await expect(readFile(join(directory, 'a'))).rejects.toThrow('EACCES');
    await expect(promisify(stat)(join(directory, 'a'))).rejects.toThrow('EACCES');
    expect(existsSync(directory)).toBe(false);
  });

  it('closes a descriptor whose close fails, and writes in part', () => {
    const path = join(directory, 'a');
    faulty = new FaultyFs({ under: directory, code: 'SHORT', only: /^write/ });
    const descriptor = openSync(path, 'w');
    expect(writeSync(descriptor, Buffer.from('1234'), 0, 4, 0)).toBe(2);
    faulty.restore();
    faulty = new FaultyFs({ under: directory, code: 'EIO', count: 9 });
    // also if it was opened before
    expect(() => closeSync(descriptor)).toThrow('EIO');
    faulty.restore();
    expect(() => writeSync(descriptor, 'x')).toThrow('EBADF');
  });
});
