import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseDuration } from '../../src/analysis/duration.js';
import { parseTimeExpression } from '../../src/analysis/time-expression.js';

const now = new Date('2026-11-26T15:30:20.500Z');
const utc = (text: string): string => parseTimeExpression(text, now, { utc: true }).toISOString();

describe('an expression of time', () => {
  it.each([
    ['now', '2026-11-26T15:30:20.500Z'],
    ['10m', '2026-11-26T15:20:20.500Z'],
    ['-10m', '2026-11-26T15:20:20.500Z'],
    ['2 hours ago', '2026-11-26T13:30:20.500Z'],
    ['an hour and 5 minutes ago', '2026-11-26T14:25:20.500Z'],
    ['1h30m', '2026-11-26T14:00:20.500Z'],
    ['1.5h', '2026-11-26T14:00:20.500Z'],
    ['250ms', '2026-11-26T15:30:20.250Z'],
    ['2d', '2026-11-24T15:30:20.500Z'],
    ['a week ago', '2026-11-19T15:30:20.500Z'],
    ['+5m', '2026-11-26T15:35:20.500Z'],
    ['in 5 minutes', '2026-11-26T15:35:20.500Z'],
    ['9 months ago', '2026-02-26T15:30:20.500Z'],
    ['1y', '2025-11-26T15:30:20.500Z'],
    ['today', '2026-11-26T00:00:00.000Z'],
    ['Yesterday', '2026-11-25T00:00:00.000Z'],
    ['yesterday  14:00', '2026-11-25T14:00:00.000Z'],
    ['tomorrow at 9:30:05.25', '2026-11-27T09:30:05.250Z'],
    ['14:00', '2026-11-26T14:00:00.000Z'],
    ['2026-11-01', '2026-11-01T00:00:00.000Z'],
    ['2026-11-01 12:00', '2026-11-01T12:00:00.000Z'],
    ['2026-11-01T12:00:00.123456', '2026-11-01T12:00:00.123Z'],
    ['2026-11-01T12:00+01:00', '2026-11-01T11:00:00.000Z'],
    ['2026-11-01t12:00:00z', '2026-11-01T12:00:00.000Z'],
    ['@1790000000.5', '2026-09-21T14:13:20.500Z'],
    ['1790000000', '2026-09-21T14:13:20.000Z'],
    ['1790000000123', '2026-09-21T14:13:20.123Z'],
    ['1790000000123456', '2026-09-21T14:13:20.123Z'],
    ['1790000000123456789', '2026-09-21T14:13:20.123Z'],
  ])('reads %p as %s', (text, expected) => {
    expect(utc(text)).toBe(expected);
  });

  it('that goes to a month too short for the day means its last day', () => {
    const last = new Date('2026-03-31T10:00:00Z');
    expect(parseTimeExpression('1 month ago', last, { utc: true }).toISOString()).toBe('2026-02-28T10:00:00.000Z');
  });

  it.each([
    ['', 'got ""'],
    ['soon', 'got "soon"'],
    ['10', ': a number is one since the Unix epoch'],
    ['5 parsecs ago', 'got "5 parsecs ago"'],
    ['+5m ago', 'got "+5m ago"'],
    ['yesterday 25:00', 'got "yesterday 25:00"'],
    ['2026-02-30', 'got "2026-02-30"'],
    ['24.12.2026', ': a date is written year-month-day'],
    [`${'9'.repeat(400)} weeks ago`, 'expected a time such as 10m'],
  ])('is refused if it is %p, in words that say what to write', (text, words) => {
    const read = (): Date => parseTimeExpression(text, now, { who: '--since' });
    expect(read).toThrow(words);
    expect(read).toThrow(/^--since: expected a time such as 10m, 2 hours ago, today, yesterday 14:00/);
    expect(read).toThrow(expect.objectContaining({ code: 'RIMP_INVALID_ARGUMENT' }));
  });

  it('gives every time back that ISO 8601 or a number since the epoch says', () => {
    fc.assert(
      fc.property(fc.date({ min: new Date(1e12), max: new Date(9e12), noInvalidDate: true }), (date) => {
        expect(parseTimeExpression(date.toISOString(), now)).toEqual(date);
        expect(parseTimeExpression(`${date.getTime()}`, now)).toEqual(date);
        expect(parseTimeExpression(`${date.getTime()}000000`, now)).toEqual(date);
      }),
    );
  });

  it('without a zone is of the local one', () => {
    const read = (text: string): Date => parseTimeExpression(text, now);
    const [year, month, day] = [now.getFullYear(), now.getMonth(), now.getDate()];
    expect(read('today')).toEqual(new Date(year, month, day));
    expect(read('yesterday 14:00')).toEqual(new Date(year, month, day - 1, 14));
    expect(read('2026-03-29 12:00')).toEqual(new Date(2026, 2, 29, 12));
    expect(read('2026-01-01')).toEqual(new Date(2026, 0, 1));
    expect(read('2026-01-01T00:00Z')).toEqual(new Date('2026-01-01T00:00:00Z'));
  });
});

describe('a length of time', () => {
  it.each([
    ['1m', 60_000],
    ['90s', 90_000],
    ['1h 30m', 5_400_000],
    ['2 days', 172_800_000],
    ['500ms', 500],
  ])('reads %p as %d ms', (text, millis) => {
    expect(parseDuration(text)).toBe(millis);
  });

  it.each(['', '0s', '-1m', '1', 'm', '1m?'])('is refused if it is %p', (text) => {
    expect(() => parseDuration(text, '--by')).toThrow(/^--by: expected a length of time such as 30s, 1m/);
  });
});
