import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { normaliseMetadata } from '../../src/codec/normalise.js';
import { Copier } from '../../src/codec/value-copier.js';
import { hostileMap } from '../helpers/hostile-maps.js';

describe('flat metadata', () => {
  it('are copied the fast way to what the slow way gives, whatever they are', () => {
    fc.assert(
      fc.property(hostileMap, (map) => {
        const copier = new Copier();
        const slow = copier.metadata(map);
        const { value, lost } = normaliseMetadata(map);
        expect({ value, lost }).toEqual({ value: slow, lost: copier.lost });
        expect(Reflect.ownKeys(value as object)).toEqual(Reflect.ownKeys(slow));
      }),
      { numRuns: 2_000 },
    );
  });

  it('know how many values they have, if none needs a closer look', () => {
    expect(normaliseMetadata({ a: 1, b: undefined, c: 'x', d: true }).flatKeys).toBe(3);
    expect(normaliseMetadata({ a: 1, b: null }).flatKeys).toBeUndefined();
    expect(normaliseMetadata({ a: [] }).flatKeys).toBeUndefined();
  });

  it('have no negative zero', () => {
    expect(normaliseMetadata({ a: -0 }).value).toStrictEqual({ a: 0 });
  });

  it('have nothing of what somebody adds to all objects', () => {
    Object.defineProperty(Object.prototype, 'everywhere', { value: 1, enumerable: true, configurable: true });
    try {
      expect(Object.keys(normaliseMetadata({ a: 1 }).value ?? {})).toEqual(['a']);
    } finally {
      Reflect.deleteProperty(Object.prototype, 'everywhere');
    }
  });
});
