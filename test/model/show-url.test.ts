import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { showUrl } from '../../src/model/show-url.js';

describe('showUrl', () => {
  it.each([
    ['http://127.0.0.1:4318/v1/logs', 'http://127.0.0.1:4318/v1/logs'],
    ['https://user:secret@host/path?token=secret#secret', 'https://host/path'],
    ['postgres://user:se@cret@[::1]:5432/db?password=secret', 'postgres://[::1]:5432/db'],
    ['postgres://user:secret/x@host/db', 'postgres://***'],
    ['telemetry.jsonl', 'telemetry.jsonl'],
  ])('shows %s as %s', (url, shown) => {
    expect(showUrl(url)).toBe(shown);
  });

  it('shows no password, whatever characters it holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 20 }), (password) => {
        expect(showUrl(`postgres://me:SECRET${password}SECRET@host/db`)).not.toContain('SECRET');
      }),
    );
  });
});
