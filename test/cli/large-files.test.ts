import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, expect, it } from '@jest/globals';
import { endRimps, rimp, startRimp } from '../helpers/run-rimp.js';

const directory = mkdtempSync(join(tmpdir(), 'rimp-large-'));
afterEach(endRimps);
afterAll(() => rmSync(directory, { recursive: true, force: true }));

// more than a function takes as its arguments
const LINES = 150_000;
const file = join(directory, 'a.jsonl.gz');
const line = (i: number): string =>
  `{"type":"event","data":{"event_id":"${i}","timestamp":"2026-01-01T00:00:00.000Z","event_type":"info","source":"s","message":"m","metadata":null}}\n`;
writeFileSync(file, gzipSync(Array.from({ length: LINES }, (_, i) => line(i)).join('')));

it('a compressed file of any number of items is shown from its end by `query --reverse`', () => {
  const { lines, stderr, status } = rimp(['query', file, '--reverse', '--template', '{id}']);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect([lines.length, lines[0], lines.at(-1)]).toEqual([LINES, '149999', '0']);
});

it('as many of its last items as are asked for are shown by `tail -n`', async () => {
  const { ended, said } = startRimp(['tail', file, '-n', String(LINES)]);
  expect(await ended).toBe(0);
  expect(said.stdout.split('\n').length).toBe(LINES + 1);
});
