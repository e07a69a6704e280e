import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from '@jest/globals';
import { rimp } from '../helpers/run-rimp.js';

const directory = mkdtempSync(join(tmpdir(), 'rimp-sources-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const line = (id: string): string =>
  `{"type":"event","data":{"event_id":"${id}","timestamp":"2026-11-24T10:00:00Z","event_type":"info","source":"s","message":"é","metadata":null}}\n`;
const lines = (count: number): string => Array.from({ length: count }, (_, i) => line(`e${i}`)).join('');
const ids = (args: readonly string[], input = Buffer.alloc(0)) =>
  rimp(['query', ...args, '--template', '{id}'], { input });

describe('Standard input', () => {
  it.each([
    ['ends too early', (zipped: Buffer) => zipped.subarray(0, zipped.length - 9), 'ends too early'],
    ['is followed by something else', (zipped: Buffer) => Buffer.concat([zipped, Buffer.from('else')]), 'damaged'],
    ['has a wrong checksum', (zipped: Buffer) => Buffer.concat([zipped.subarray(0, -8), Buffer.alloc(8)]), 'damaged'],
  ])('that is compressed and %s gives what stands before the damage, and counts it', (_what, damage, said) => {
    // parts that can't be made much smaller
    const zipped = Array.from({ length: 200 }, (_, i) => gzipSync(line(`e${i}`)));
    const damaged = Buffer.concat([...zipped.slice(0, -1), damage(zipped.at(-1) as Buffer)]);
    const { lines: found, status, stderr } = ids(['-'], damaged);
    expect(found.length).toBeGreaterThan(180);
    expect([status, stderr]).toEqual([0, expect.stringContaining(said)]);
    // a file can be read twice, so that nothing is missing of it
    writeFileSync(join(directory, 'damaged.gz'), damaged);
    const fromFile = ids([join(directory, 'damaged.gz')]);
    expect([fromFile.status, fromFile.stderr]).toEqual([0, stderr]);
    expect(fromFile.lines).toEqual(Array.from({ length: 200 }, (_, i) => `e${i}`));
  });

  it.each([100, 199, 300])('that is damaged in part %i of 400 gives, as a file does, what stands before', (part) => {
    const zipped = Array.from({ length: 400 }, (_, i) => gzipSync(line(`e${i}`)));
    const bad = zipped[part] as Buffer;
    const damaged = Buffer.concat(zipped.with(part, Buffer.concat([bad.subarray(0, -8), Buffer.alloc(8)])));
    const path = join(directory, 'middle.gz');
    writeFileSync(path, damaged);
    const { lines: found, status } = ids([path]);
    expect(status).toBe(0);
    expect(found.slice(0, part)).toEqual(Array.from({ length: part }, (_, i) => `e${i}`));
    expect(found.length).toBeLessThanOrEqual(part + 1);
    expect(ids(['-'], damaged).lines.length).toBeGreaterThan(part - 20);
  });

  it('may be compressed in several parts and end with zeros', () => {
    const input = Buffer.concat([gzipSync(line('a')), gzipSync(line('b')), Buffer.alloc(70_000)]);
    expect(ids(['-'], input)).toMatchObject({ lines: ['a', 'b'], status: 0, stderr: '' });
  });

  it('is known as compressed if its first byte comes alone', () => {
    const split = join(directory, 'split.cjs');
    const zipped = gzipSync(lines(3)).toString('base64');
    writeFileSync(
      split,
      `const all = Buffer.from('${zipped}', 'base64');
       const stdin = require('node:stream').Readable.from([all.subarray(0, 1), all.subarray(1)]);
       Object.defineProperty(process, 'stdin', { value: stdin });`,
    );
    const env = { NODE_OPTIONS: `--require ${split}` };
    expect(rimp(['query', '-', '--template', '{id}'], { env })).toMatchObject({ lines: ['e0', 'e1', 'e2'], status: 0 });
  });

  it('may begin with a byte order mark, and a line that is no UTF-8 is counted, not changed', () => {
    const input = Buffer.concat([Buffer.from(`\ufeff${line('a')}`), Buffer.from(line('b'), 'latin1')]);
    const { lines: found, stderr } = ids(['-'], Buffer.concat([input, Buffer.from(line('c'))]));
    expect([found, stderr]).toEqual([['a', 'c'], expect.stringContaining('1 no UTF-8')]);
    // who looks on sees it, with what can't be shown replaced
    expect(rimp(['tail'], { input: Buffer.from('caf\xe9\n', 'latin1') }).stdout).toBe('caf\ufffd\n');
  });
});

describe('A file', () => {
  it('is read though one that rotation closed may not be read', () => {
    const closed = join(directory, 'rotated.20260101T000000000Z.jsonl');
    writeFileSync(closed, line('closed'));
    writeFileSync(join(directory, 'rotated.20260102T000000000Z.jsonl'), line('a'));
    writeFileSync(join(directory, 'rotated.jsonl'), line('b'));
    chmodSync(closed, 0o000);
    chmodSync(directory, 0o755);
    // root may read everything
    const user = join(directory, 'user.cjs');
    writeFileSync(user, 'if (process.getuid() === 0) { process.setgid(65534); process.setuid(65534); }');
    const args = ['query', join(directory, 'rotated.jsonl'), '--template', '{id}'];
    const { lines: found, status, stderr } = rimp(args, { env: { NODE_OPTIONS: `--require ${user}` } });
    expect([found, status]).toEqual([['a', 'b'], 0]);
    expect(stderr).toContain('1 a file that could not be read');
  });
});

describe('A pattern', () => {
  it('reads the other files if one of them is damaged or leads nowhere, and names it', () => {
    const logs = join(directory, 'logs');
    mkdirSync(logs);
    writeFileSync(join(logs, 'a.jsonl'), line('a'));
    writeFileSync(join(logs, 'b.jsonl'), 'no line of ours\n');
    writeFileSync(join(logs, 'c.jsonl'), line('c'));
    symlinkSync(join(directory, 'nowhere'), join(logs, 'd.jsonl'));
    const { lines: found, status, stderr } = ids([join(logs, '*.jsonl')]);
    expect([found, status]).toEqual([['a', 'c'], 0]);
    expect(stderr).toContain('1 no line of RIMP, 1 a file that could not be read, in ');
    expect(stderr).toContain(`in ${join(logs, 'b.jsonl')}, ${join(logs, 'd.jsonl')}\n`);
    expect(rimp(['convert', join(logs, '*.jsonl'), join(directory, 'all.jsonl')]).status).toBe(1);
    expect(ids([join(logs, 'd.jsonl')])).toMatchObject({ status: 2, stderr: expect.stringContaining('there is none') });
  });
});

describe('Several files', () => {
  it('are read although one of them is a directory or may not be read, as shells name them for a pattern', () => {
    const logs = join(directory, 'several');
    mkdirSync(join(logs, 'old'), { recursive: true });
    writeFileSync(join(logs, 'a.jsonl'), line('a'));
    writeFileSync(join(logs, 'b.jsonl'), line('b'));
    symlinkSync(join(directory, 'nowhere'), join(logs, 'c.jsonl'));
    const named = ['a.jsonl', 'b.jsonl', 'c.jsonl', 'old'].map((name) => join(logs, name));
    const { lines: found, status, stderr } = ids(named);
    expect([found, status]).toEqual([['a', 'b'], 0]);
    expect(stderr).toContain(`2 a file that could not be read, in ${named[2]}, ${named[3]}\n`);
    // what nobody can have meant, or none of which can be read, is an error
    expect(ids([...named, join(logs, 'mistyped.jsonl')]).status).toBe(2);
    expect(ids(named.slice(2))).toMatchObject({ status: 2, stderr: expect.stringContaining('there is none') });
  });
});
