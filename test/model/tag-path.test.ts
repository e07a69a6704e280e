import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Leaf, TagPath } from '../../src/model/tag-path.js';

const tags = fc
  .array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.constantFrom<unknown>('x', 'y', 1, true)), { maxLength: 5 })
  .map((pairs) => Object.fromEntries(pairs));
const textOf = (from: object) => JSON.stringify(Object.entries(from));

interface Named extends Leaf {
  readonly is: unknown;
}
const leaf = (is: unknown): Named => ({ is, rest: undefined });

describe('a path of tags', () => {
  it('finds what was planted last for the same tags in the same order, and nothing for others', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(tags, fc.boolean())), (steps) => {
        const path = new TagPath<Named>(1_000);
        const model = new Map<string, number>();
        for (const [i, [some, isPlanted]] of steps.entries()) {
          if (isPlanted) {
            path.plant(some, leaf(i));
            model.set(textOf(some), i);
          }
          expect(path.find(some)?.is).toBe(model.get(textOf(some)));
        }
        for (const [some] of steps) expect(path.find(some)?.is).toBe(model.get(textOf(some)));
      }),
      { numRuns: 1_000 },
    );
  });

  it('has room for so many places, and never gives what belongs to other tags', () => {
    fc.assert(
      fc.property(fc.array(tags), fc.integer({ min: 1, max: 8 }), (all, maxPlaces) => {
        const path = new TagPath<Named>(maxPlaces);
        for (const some of all) path.plant(some, leaf(textOf(some)));
        for (const some of all) expect([undefined, textOf(some)]).toContain(path.find(some)?.is);
      }),
    );
  });

  it('passes over tags that are left out', () => {
    const path = new TagPath<Named>(100, new Set(['b']));
    path.plant({ a: 1, b: 2, c: 3 }, leaf('found'));
    expect(path.find({ a: 1, b: 'other', c: 3 })?.is).toBe('found');
    expect(path.find({ a: 1, c: 3 })?.is).toBe('found');
    expect(path.find({ a: 1 })).toBeUndefined();
  });
});
