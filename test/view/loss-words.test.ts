import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { lossWords } from '../../src/view/overview/loss-words.js';

it('has words for every reason of a loss that docs/errors.md knows', () => {
  const [, table = ''] = readFileSync('docs/errors.md', 'utf8').split('## Loss reasons');
  const reasons = [...(table.split('\n## ')[0] ?? '').matchAll(/^\| `(\w+)`/gm)].map(([, reason = '']) => reason);
  expect(reasons.length).toBeGreaterThan(10);
  expect(reasons.filter((reason) => lossWords(reason).startsWith('Lost for the reason'))).toEqual([]);
});
