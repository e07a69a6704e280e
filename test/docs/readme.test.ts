import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';

const root = process.cwd();
const directory = join(root, 'build', `readme-${process.pid}`);
const snippets = [...readFileSync(join(root, 'README.md'), 'utf8').matchAll(/```ts\n([\s\S]*?)```/g)].map(
  ([, code]) => code ?? '',
);

afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe('the README', () => {
  it('has snippets that compile against the built package', () => {
    mkdirSync(directory, { recursive: true });
    snippets.forEach((code, i) => writeFileSync(join(directory, `snippet-${i}.ts`), code));
    writeFileSync(
      join(directory, 'tsconfig.json'),
      JSON.stringify({ extends: '../../tsconfig.json', compilerOptions: { paths: {} }, include: ['*.ts'] }),
    );
    expect(snippets.length).toBe(6);
    const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
    expect(() => execFileSync(process.execPath, [tsc, '-p', directory], { stdio: 'pipe' })).not.toThrow();
  });

  it('has a first snippet that prints what it says', () => {
    const file = join(directory, 'first.mjs');
    writeFileSync(file, snippets[0] ?? '');
    expect(execFileSync(process.execPath, [file], { encoding: 'utf8' })).toBe(
      'heard: User logged in\nstored: 1 event, 1 metric\n',
    );
  });

  it('has a snippet of a stream that works as it stands', () => {
    const file = join(directory, 'stream.mjs');
    writeFileSync(file, snippets[5] ?? '');
    const cwd = mkdtempSync(join(tmpdir(), 'rimp-'));
    expect(execFileSync(process.execPath, [file], { cwd, encoding: 'utf8' })).toBe('1 events, 0 metrics\n');
    expect(readFileSync(join(cwd, 'telemetry.jsonl'), 'utf8').split('\n').length).toBe(2);
    rmSync(cwd, { recursive: true });
  });
});
