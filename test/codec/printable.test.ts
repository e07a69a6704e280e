import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { printable } from 'rimp-telemetry';

describe('printable', () => {
  it.each([
    ['a\nb\r\tc', 'a\\nb\\r\\tc'],
    ['\u001b[31mred\u0007', '\\u001b[31mred\\u0007'],
    ['\u009b31m\u007f', '\\u009b31m\\u007f'],
    ['\u202eevil\u2066', '\\u202eevil\\u2066'],
    ['a\u2028b\u2029c\u0085', 'a\\u2028b\\u2029c\\u0085'],
    ['zero\u200bwidth\ufeff', 'zero\\u200bwidth\\ufeff'],
    ['\ud800 alone \udc00', '\\ud800 alone \\udc00'],
    ['tag \u{e0041}', 'tag \\u{e0041}'],
  ])('shows what a terminal obeys or hides: %j', (given, shown) => {
    expect(printable(given)).toBe(shown);
  });

  it.each(['plain text', 'C:\\path "quoted"', 'Grüße, 東京, \u{1F600}', 'می\u200cخواهم', '👨\u200d👩\u200d👧'])(
    'leaves %s as it is',
    (text) => {
      expect(printable(text)).toBe(text);
    },
  );

  it('leaves nothing that ends a line or begins a command, whatever it is given', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(printable(text)).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]/u);
      }),
    );
  });
});
