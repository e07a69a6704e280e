import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { KnownTags } from '../../../src/model/known-tags.js';
import type { Tags } from '../../../src/model/metric.js';
import { SeriesTree } from '../../../src/otel/instruments/series-tree.js';

// short texts of the characters that a text of tags is made of, so that different tags come close to one another
const text = fc.string({ unit: fc.constantFrom('a', '1', ':', '=', '~', ',', '"'), maxLength: 4 });
const value = fc.oneof(text, fc.integer({ min: -1, max: 12 }), fc.boolean());
const tags = fc.dictionary(text, value, { maxKeys: 4 });

const sorted = (of: Tags): string =>
  JSON.stringify(
    Object.entries(of)
      .filter(([key]) => key !== '')
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );

describe('SeriesTree', () => {
  it('has one series for the same tags, in any order, frozen, remembered or not, and another one for others', () => {
    fc.assert(
      fc.property(fc.array(tags, { maxLength: 40 }), (all) => {
        const tree = new SeriesTree((attributes) => ({ attributes }), 1_000, undefined);
        const other = new SeriesTree((attributes) => ({ attributes }), 1_000, undefined);
        const series = new Map<string, unknown>();
        for (const some of all) {
          const key = sorted(some);
          const backwards = Object.fromEntries(Object.entries(some).reverse());
          for (const same of [some, backwards, Object.freeze({ ...some }), some]) {
            const found = tree.find(same);
            const remembered = new KnownTags(same, 0);
            for (const asked of [tree, other, tree]) asked.find(same, remembered);
            expect(tree.find(same, remembered)).toBe(found);
            if (!series.has(key)) series.set(key, found);
            expect(found).toBe(series.get(key));
          }
        }
        expect(new Set(series.values()).size).toBe(series.size);
      }),
      { examples: [[[{ a: 'x', b: 'y' }, { a: 'x1:b=y' }, { a: 1, b: 2 }, { a: '1,1:b~2,' }]]] },
    );
  });

  it('knows frozen tags again by themselves, and gives no series beyond the limit', () => {
    const tree = new SeriesTree((attributes) => ({ attributes }), 2, undefined);
    const frozen = [1, 2, 3].map((n) => Object.freeze({ n }));
    const found = frozen.map((some) => tree.find(some));
    expect(found.map((one) => one?.attributes)).toEqual([{ n: 1 }, { n: 2 }, undefined]);
    expect(frozen.map((some) => tree.find(some))).toEqual(found);
    expect(tree.find({ n: 1 })).toBe(found[0]);
  });

  it('gives beyond the limit what it gave before: known series in any order, and none to others', () => {
    fc.assert(
      fc.property(fc.array(tags, { maxLength: 40 }), fc.integer({ min: 1, max: 6 }), (all, limit) => {
        const dropTags = new Set(['a']);
        const tree = new SeriesTree((attributes) => ({ attributes }), limit, dropTags);
        const known = new Map<string, unknown>();
        for (const some of [...all, ...all]) {
          const { a: _, ...kept } = some;
          const key = sorted(kept);
          const found = tree.find(Object.fromEntries(Object.entries(some).reverse()));
          if (!known.has(key) && known.size < limit) known.set(key, found);
          expect(found).toBe(known.get(key));
        }
        expect(new Set(known.values()).size).toBe(known.size);
      }),
    );
  });
});
