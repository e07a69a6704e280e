import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isUcumUnit } from '../../../src/otel/instruments/ucum.js';
import { ucumUnit } from '../../../src/otel/instruments/units.js';

// of the table of examples and of the units in UCUM, one or more of each kind
const VALID =
  `m s g rad K cd mol sr Hz N Pa J W A V F Ohm S H Wb Cel T lm lx Bq Gy Sv gon deg l L ar t u eV pc AU [c] [h]
  [k] gf Ky Gal dyn erg P Bi St Mx G Oe Gb sb Lmb ph Ci R RAD REM [in_i] [ft_i] [lb_av] [degF] [degRe] [gal_us] [oz_av]
  m[Hg] m[H2O] [psi] circ sph [car_m] [pH] [ppm] [ppb] % 10* 10^ 10*3/ul 10*-6 cal cal_th kcal_[15] tex [den] U kat eq osm
  Np dB B[SPL] dB[V] bit By KiBy MiBy Bd bit_s mho Ao atm att bar mbar st mS uH nF kHz MHz GHz kW kW.h kV.A mmol/L
  mg/dL kg.m/s2 m2 m-1 s-1 /s /min 1/s By/s {request}/s {packet} 1 10 m/s2 J/(kg.K) g/(12.h) kg{wet} ml/min/{1.73_m2}
  [IU]/L k[IU]/L mm[Hg] cm[H2O] hPa das MS`.split(/\s+/);

describe('units', () => {
  it.each(VALID)('%s is valid, and stays as it is', (unit) => {
    expect(isUcumUnit(unit)).toBe(true);
    expect(ucumUnit(unit)).toBe(unit);
  });

  it.each([
    '',
    ' ',
    'sec',
    'hr',
    'Bytes',
    'kmin',
    'mh',
    'k',
    'm//s',
    'm/',
    '(m',
    'm)',
    'm..s',
    's s',
    '°C',
    '{',
    '{{}}',
    '[x',
    'xyz',
    'm²',
    'k%',
  ])('"%s" is none', (unit) => {
    expect(isUcumUnit(unit)).toBe(false);
  });

  it.each([
    ['S', 'S'],
    ['s', 's'],
    ['H', 'H'],
    ['h', 'h'],
    ['Sec', 's'],
    ['MB', 'MBy'],
    ['TB', 'TBy'],
    ['PB', 'PBy'],
    ['MiB', 'MiBy'],
    ['KB', 'kBy'],
    ['kb', 'kBy'],
    ['B', 'By'],
    ['b', 'bit'],
    ['MB/s/{core}', 'MBy/s/{core}'],
    ['C', 'Cel'],
    ['°C', 'Cel'],
    ['F', 'F'],
    ['Percent', '%'],
    ['MB/s', 'MBy/s'],
    ['requests/s', '{requests}/s'],
    ['requests per second', '{requests_per_second}'],
    ['m/s', 'm/s'],
    ['KHZ', '{KHZ}'],
  ])('%s is %s to OpenTelemetry', (unit, ucum) => {
    expect(ucumUnit(unit)).toBe(ucum);
  });

  it('makes units of ASCII of at most 63 characters of whatever is given, and keeps them when they are given again', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 100 }),
      fc
        .array(fc.constantFrom(...VALID, '.', '/', '(', ')', '{a}', ' '), { maxLength: 12 })
        .map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(text, (unit) => {
        const ucum = ucumUnit(unit);
        if (unit.trim() === '') return expect(ucum).toBeUndefined();
        expect(ucum).toMatch(/^[\x21-\x7e]{1,63}$/);
        expect(ucumUnit(ucum)).toBe(ucum);
      }),
      { seed: 3, numRuns: 2_000 },
    );
  });
});
