import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { nameTest } from '../../src/analysis/filter/name-test.js';

describe('a name with * for any text', () => {
  it('is found as a regular expression would find it', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '.', '\n'), maxLength: 8 });
    const name = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*'), maxLength: 6 });
    fc.assert(
      fc.property(name, text, (wanted, given) => {
        const form = new RegExp(`^${wanted.replaceAll('.', '\\.').replaceAll('*', '.*')}$`, 's');
        expect(nameTest([wanted])(given)).toBe(form.test(given));
      }),
      { numRuns: 2_000 },
    );
  });

  it('takes no longer with many of them', () => {
    expect(nameTest([`${'*a'.repeat(60)}*b`])('a'.repeat(5_000))).toBe(false);
  });
});
