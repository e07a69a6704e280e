import { spawnSync } from 'node:child_process';
import { expect, it } from '@jest/globals';

it('docs/cli.md has sessions that come out as it says, and the help of each command', () => {
  const { stdout, stderr, status } = spawnSync(process.execPath, ['scripts/cli-sessions.mjs'], { encoding: 'utf8' });
  expect([stdout, stderr, status]).toEqual(['', '', 0]);
}, 60_000);
