import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseScanned, scanJson } from '../../../src/otlp/decode/json-scan.js';

/** As the receiver parses a body, with the number of steps. */
function parsed(text: string): { readonly value: unknown; readonly steps: number } {
  const bytes = Buffer.from(text);
  let steps = 0;
  const all = (function* () {
    return yield* parseScanned(bytes, yield* scanJson(bytes));
  })();
  for (;;) {
    const { done, value } = all.next();
    if (done === true) return { value, steps };
    steps += 1;
  }
}

function outcomeOf(parse: () => unknown): unknown {
  try {
    return { value: parse() };
  } catch {
    return 'no JSON';
  }
}

const small = fc.json({ maxDepth: 3 });
/** Lists and objects of thousands of members in each other. */
const large = fc
  .array(fc.tuple(small, fc.integer({ min: 1, max: 4_000 }), fc.constantFrom('[', '{'), fc.boolean()), {
    minLength: 1,
    maxLength: 5,
  })
  .map((levels) =>
    levels.reduceRight((inner, [value, count, open, isLast], level) => {
      const items = Array.from({ length: count }, (_, i) => (i === 0 && inner !== '' ? inner : value));
      if (isLast) items.reverse();
      if (open === '[') return `[ ${items.join(' ,')}]`;
      return `{${items.map((item, i) => `"k\\"${level}{${i}" : ${item}`).join(',')} }`;
    }, ''),
  );

describe('a body of JSON that is parsed in pieces', () => {
  it('gives what JSON.parse gives', () => {
    fc.assert(
      fc.property(large, (text) => {
        expect(parsed(text).value).toEqual(JSON.parse(text));
      }),
      { numRuns: 8 },
    );
  });

  it('is refused exactly if JSON.parse refuses it, whatever is changed in it', () => {
    const change = fc.tuple(
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.constantFrom('', ',', '[', ']', '{', '}', '"', ':', '1', '\\', 'x', ' '),
    );
    fc.assert(
      fc.property(large, fc.array(change, { minLength: 1, maxLength: 2 }), (text, changes) => {
        let changed = text;
        for (const [place, by] of changes) {
          // where a piece may begin or end as well as anywhere
          const marks = [...changed.matchAll(/[[\]{},:"]/g)];
          const at = marks[Math.floor(place * (marks.length - 1))]?.index ?? 0;
          changed = changed.slice(0, at) + by + changed.slice(at + 1);
        }
        const expected = outcomeOf(() => JSON.parse(changed));
        expect(outcomeOf(() => parsed(changed).value)).toEqual(expected);
      }),
      { numRuns: 12 },
    );
  });

  it('is cut in lists and objects, and keeps the last of equal names, names that objects have, and exact integers', () => {
    const numbers = Array.from({ length: 30_000 }, (_, i) => `${i % 2 === 0 ? '12345678901234567891' : i}`).join(',');
    const names = Array.from({ length: 9_000 }, (_, i) => `"${i % 10}":[[],[]]`).join(',');
    const text = `{"a":[${numbers}],"__proto__":{"b":{${names}}},"a":[${numbers}],"c":1}`;
    const { value, steps } = parsed(text);
    expect(steps).toBeGreaterThan(6);
    const read = value as Record<string, unknown>;
    expect(Object.keys(read)).toEqual(['a', '__proto__', 'c']);
    expect((read.a as unknown[]).slice(0, 3)).toEqual(['12345678901234567891', 1, '12345678901234567891']);
    expect(read).toEqual(JSON.parse(text.replaceAll('12345678901234567891', '"12345678901234567891"')));
  });

  it.each([
    ['a comma at its end', (list: string) => `[${list},]`],
    ['two commas', (list: string) => `[[${list}],,[${list}]]`],
    ['a comma before it', (list: string) => `[,[${list}]]`],
    ['two values without a comma', (list: string) => `[[${list}][${list}]]`],
    ['a list without a name in an object', (list: string) => `{"a":1,[${list}]}`],
    ['a name in a list', (list: string) => `["a":[${list}]]`],
    ['two names', (list: string) => `{"a":"b":[${list}]}`],
    ['a list that ends as an object', (list: string) => `[${list}}`],
    ['an object that ends as a list', (list: string) => `{"a":[${list}]]`],
    ['something behind it', (list: string) => `[${list}]x`],
    ['something before it', (list: string) => `1[${list}]`],
    ['no end', (list: string) => `[[${list}]`],
    ['two ends', (list: string) => `[${list}]]`],
  ])('is refused with %s', (_what, make) => {
    const list = Array.from({ length: 20_000 }, () => '{}').join(',');
    expect(outcomeOf(() => JSON.parse(make(list)))).toBe('no JSON');
    expect(outcomeOf(() => parsed(make(list)))).toBe('no JSON');
  });
});
