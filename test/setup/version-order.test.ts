import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import semver from 'semver';
import { isAtLeast } from '../../src/setup/version-order.js';

describe('isAtLeast', () => {
  it('orders releases as semver does', () => {
    const version = fc.tuple(fc.nat(30), fc.nat(400), fc.nat(30)).map((parts) => parts.join('.'));
    fc.assert(fc.property(version, version, (a, b) => expect(isAtLeast(a, b)).toBe(semver.gte(a, b))));
  });

  it('takes what comes before a release for it', () => {
    expect(isAtLeast('0.300.0-rc.1', '0.300.0')).toBe(true);
    expect(isAtLeast('v0.299.1', '0.300.0')).toBe(false);
  });
});
