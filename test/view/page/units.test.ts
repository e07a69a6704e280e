import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { unitWords } from '../../../src/view/page/metrics/unit-words.js';
import { valueFormat } from '../../../src/view/page/metrics/value-format.js';
import { counted, numberText, rateText } from '../../../src/view/page/ui/number-format.js';

describe('units in words', () => {
  it.each([
    ['ms', 'milliseconds'],
    ['milliseconds', 'milliseconds'],
    ['By', 'bytes'],
    ['MiBy', 'mebibytes'],
    ['By/s', 'bytes per second'],
    ['{request}', 'request'],
    ['{request}/s', 'request per second'],
    ['{http/request}', 'http/request'],
    ['%', 'percent'],
    ['Cel', 'degrees Celsius'],
    ['kW', 'kilowatts'],
    ['1', ''],
    [null, ''],
    ['', ''],
    ['widgets', 'widgets'],
  ])('%j is %j', (unit, words) => {
    expect(unitWords(unit)).toBe(words);
  });
});

describe('values with their unit', () => {
  it.each([
    [0.0123, 's', '12.3 ms'],
    [1500, 'ms', '1.5 s'],
    [12, 'us', '12 µs'],
    [1536, 'By', '1.5 KiB'],
    [1023.97, 'By', '1 KiB'],
    [3, 'MiBy', '3 MiB'],
    [1e6, 'kBy', '953.7 MiB'],
    [-2048, 'By', '-2 KiB'],
    [42.31, '%', '42.31 %'],
    [21.5, 'Cel', '21.5 °C'],
    [5, 'W', '5 W'],
    [12345, '{request}', '12,345'],
    [0.25, '1', '0.25'],
    [2048, 'By/s', '2 KiB/s'],
    [7, null, '7'],
  ])('%d of %j is %j', (value, unit, text) => {
    expect(valueFormat(unit)(value)).toBe(text);
  });

  it('have /s behind the unit if they are a rate', () => {
    expect(valueFormat('By', true)(1024)).toBe('1 KiB/s');
    expect(valueFormat('{request}', true)(2.5)).toBe('2.5/s');
  });

  it('are a dash if there is no value', () => {
    expect(valueFormat('ms')(null)).toBe('–');
    expect(valueFormat(null)(undefined)).toBe('–');
  });

  it('are a text with a digit for every finite value of every unit', () => {
    const unit = fc.oneof(fc.constantFrom('ms', 'd', 'By', 'TiBy', '%', '1', '{a}/s'), fc.string());
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), unit, (value, of) => {
        expect(valueFormat(of)(value)).toMatch(/\d/);
      }),
    );
  });
});

describe('numbers', () => {
  it('have four significant digits, and groups of thousands', () => {
    expect([0, 0.000123456, 12.3456, 12345.678, 1e21, 1e-9].map(numberText)).toEqual([
      '0',
      '0.0001235',
      '12.35',
      '12,346',
      '1.000e+21',
      '1.000e-9',
    ]);
  });

  it('have their word in the singular or the plural', () => {
    expect([counted(1, 'span'), counted(1200, 'span'), counted(2, 'more series', 'more series')]).toEqual([
      '1 span',
      '1,200 spans',
      '2 more series',
    ]);
    expect([rateText(0.44), rateText(1250.4)]).toEqual(['0.4/s', '1,250/s']);
  });
});
