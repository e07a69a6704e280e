import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { foldMessage } from '../../src/analysis/fold-message.js';

describe('a message is folded', () => {
  it.each([
    ['order 4711 failed after 12.5ms (-3)', 'order <num> failed after <num>ms (<num>)'],
    ['took 1,234,567 bytes, 99% of 1e9', 'took <num> bytes, <num>% of <num>'],
    ['user42 on worker-3', 'user<num> on worker-<num>'],
    ['request 550e8400-e29b-41d4-a716-446655440000 lost', 'request <uuid> lost'],
    ['commit 9fceb02d0ae598e95dc970b74767f19372d61af8 at 0x7ffe', 'commit <hex> at <hex>'],
    ['session a8Kf93LxQ2 ended', 'session <id> ended'],
    ['cannot read "my file (1).txt"', 'cannot read "<text>"'],
    [`can't parse 'a "b" c' here`, `can't parse '<text>' here`],
    [String.raw`said "a \"quoted\" word" twice`, 'said "<text>" twice'],
    ['ENOENT: no such file, open /var/lib/x-1/data.db', 'ENOENT: no such file, open <path>'],
    [String.raw`open C:\temp\a.txt now`, 'open <path> now'],
    ['see ./src/a.ts:10:5', 'see <path>'],
    ['connect ECONNREFUSED 127.0.0.1:5432', 'connect ECONNREFUSED <ip>'],
    ['connect ECONNREFUSED [::1]:5432', 'connect ECONNREFUSED <ip>'],
    ['GET https://example.com/a?b=1 gave 503', 'GET <url> gave <num>'],
    ['mail to ann.b+c@example.co.uk bounced', 'mail to <email> bounced'],
    ['at 2026-11-01T12:00:00.123Z, 2026-11-01 and 12:00:01', 'at <time>, <time> and <time>'],
    ['ids [1, 2, 3, 4] and a, b', 'ids [<num>, …] and a, b'],
    ['  two\n lines\t', 'two lines'],
    ['read/write and/or 24/7', 'read/write and/or <num>/<num>'],
    ['added facade decade', 'added facade decade'],
    ['', ''],
  ])('%p to %p', (message, folded) => {
    expect(foldMessage(message)).toBe(folded);
  });

  it('to the same whatever its numbers, ids and quoted parts are', () => {
    const quoted = fc.string().map((text) => JSON.stringify(text));
    const parts = fc.tuple(fc.integer(), fc.uuid(), quoted, fc.double({ noNaN: true, noDefaultInfinity: true }));
    fc.assert(
      fc.property(parts, ([number, uuid, text, double]) => {
        expect(foldMessage(`job ${number} of ${uuid}: ${text} = ${double}!`)).toBe(
          'job <num> of <uuid>: "<text>" = <num>!',
        );
      }),
    );
  });

  it('in a time that grows no faster than its length, whatever it holds', () => {
    const long = ['"', "'", '/a', 'a@', '1.', '[:', 'a1', '\\"', 'http://', '0x', ' ', 'f', '12:', '<num> ']
      .map((part) => part.repeat(1_000_000))
      .map((text) => {
        const start = performance.now();
        foldMessage(text);
        return performance.now() - start;
      });
    expect(Math.max(...long)).toBeLessThan(500);
  });
});
