import { isUcumUnit } from './ucum.js';

const UCUM: ReadonlyMap<string, string> = new Map([
  // time
  ['ns', 'ns'],
  ['nanos', 'ns'],
  ['nanosecond', 'ns'],
  ['nanoseconds', 'ns'],
  ['us', 'us'],
  ['µs', 'us'],
  ['μs', 'us'],
  ['micros', 'us'],
  ['microsecond', 'us'],
  ['microseconds', 'us'],
  ['ms', 'ms'],
  ['msec', 'ms'],
  ['millis', 'ms'],
  ['millisecond', 'ms'],
  ['milliseconds', 'ms'],
  ['s', 's'],
  ['sec', 's'],
  ['secs', 's'],
  ['second', 's'],
  ['seconds', 's'],
  ['min', 'min'],
  ['mins', 'min'],
  ['minute', 'min'],
  ['minutes', 'min'],
  ['h', 'h'],
  ['hr', 'h'],
  ['hour', 'h'],
  ['hours', 'h'],
  ['d', 'd'],
  ['day', 'd'],
  ['days', 'd'],
  // information
  ['by', 'By'],
  ['byte', 'By'],
  ['bytes', 'By'],
  ['bit', 'bit'],
  ['bits', 'bit'],
  ['kilobyte', 'kBy'],
  ['kilobytes', 'kBy'],
  ['megabyte', 'MBy'],
  ['megabytes', 'MBy'],
  ['gigabyte', 'GBy'],
  ['gigabytes', 'GBy'],
  ['terabyte', 'TBy'],
  ['terabytes', 'TBy'],
  ['kibibyte', 'KiBy'],
  ['kibibytes', 'KiBy'],
  ['mebibyte', 'MiBy'],
  ['mebibytes', 'MiBy'],
  ['gibibyte', 'GiBy'],
  ['gibibytes', 'GiBy'],
  ['tebibyte', 'TiBy'],
  ['tebibytes', 'TiBy'],
  ['kby', 'kBy'],
  ['mby', 'MBy'],
  ['gby', 'GBy'],
  ['tby', 'TBy'],
  ['kiby', 'KiBy'],
  ['miby', 'MiBy'],
  ['giby', 'GiBy'],
  ['tiby', 'TiBy'],
  ['kb', 'kBy'],
  ['tb', 'TBy'],
  ['kib', 'KiBy'],
  ['mib', 'MiBy'],
  ['gib', 'GiBy'],
  ['tib', 'TiBy'],
  // ratios
  ['%', '%'],
  ['percent', '%'],
  ['percentage', '%'],
  ['pct', '%'],
  ['ratio', '1'],
  ['fraction', '1'],
  ['1', '1'],
  // physics
  ['celsius', 'Cel'],
  ['°c', 'Cel'],
  ['cel', 'Cel'],
  ['kelvin', 'K'],
  ['hertz', 'Hz'],
  ['hz', 'Hz'],
  ['watt', 'W'],
  ['watts', 'W'],
  ['volt', 'V'],
  ['volts', 'V'],
  ['ampere', 'A'],
  ['amperes', 'A'],
  ['joule', 'J'],
  ['joules', 'J'],
  ['meter', 'm'],
  ['meters', 'm'],
  ['metre', 'm'],
  ['metres', 'm'],
  ['gram', 'g'],
  ['grams', 'g'],
  ['kilogram', 'kg'],
  ['kilograms', 'kg'],
]);

/**
 * Units that differ in case alone, and which say something else to people than to UCUM: nobody who writes `MB` means a
 * megabel, or coulombs by `C`.
 */
const PEOPLES: ReadonlyMap<string, string> = new Map([
  ['B', 'By'],
  ['b', 'bit'],
  ['KB', 'kBy'],
  ['kB', 'kBy'],
  ['MB', 'MBy'],
  ['mb', 'MBy'],
  ['GB', 'GBy'],
  ['gb', 'GBy'],
  ['TB', 'TBy'],
  ['PB', 'PBy'],
  ['EB', 'EBy'],
  ['KiB', 'KiBy'],
  ['MiB', 'MiBy'],
  ['GiB', 'GiBy'],
  ['TiB', 'TiBy'],
  ['C', 'Cel'],
  ['D', 'd'],
]);

/** OpenTelemetry takes at most 63 ASCII characters ("Instrument unit" of the metrics API). */
const MAX_UNIT = 63;

/**
 * The UCUM unit of a unit as RIMP's callers write it: `milliseconds` → `ms`, `percent` → `%`, `MB` → `MBy`,
 * `request/s` → `{request}/s`. A valid UCUM unit stays as it is, so that `S` is siemens and `H` henry, but for the few
 * that people use for something else (`B`, `MB`, `C`). What UCUM doesn't know becomes an annotation, `{unit}`. None stays
 * `undefined`.
 */
export function ucumUnit(unit: string | undefined): string | undefined {
  const text = unit?.trim();
  if (text === undefined || text === '') return undefined;
  const exact = PEOPLES.get(text) ?? UCUM.get(text);
  if (exact !== undefined) return exact;
  const quotient = quotientOf(text);
  if (quotient !== undefined && quotient.length <= MAX_UNIT) return quotient;
  return known(text) ?? annotation(text);
}

/** A unit per another one: `MB/s`, `request/s`; `undefined` if it is none, or one of them is not known. */
function quotientOf(text: string): string | undefined {
  // a slash within an annotation or parentheses is no operator here
  const parts = text.match(/(?:\{[^{}]*\}|\([^()]*\)|[^/])+/g) ?? [];
  const [first = '', ...others] = parts;
  if (others.length === 0 || parts.join('/') !== text) return undefined;
  const over = others.map((part) => known(part.trim()));
  if (over.includes(undefined)) return undefined;
  const above = first.trim();
  return [known(above) ?? annotation(above), ...over].join('/');
}

/** Whether a UCUM unit is one of time. */
export function isDuration(unit: string | undefined): boolean {
  return (
    unit === 'ns' || unit === 'us' || unit === 'ms' || unit === 's' || unit === 'min' || unit === 'h' || unit === 'd'
  );
}

/** The upper bounds of histogram buckets that suit a unit of time, from 5 ms (or 5 µs, or 5 s …) upwards. */
export function bucketBoundaries(unit: string | undefined): readonly number[] | undefined {
  // the semantic conventions' boundaries for durations in seconds, "http.server.request.duration"
  const seconds = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
  switch (unit) {
    case 's':
      return seconds;
    case 'ms':
      return [0.5, 1, 2.5, ...seconds.map((bound) => bound * 1000), 30_000, 60_000];
    case 'us':
    case 'ns':
      return [1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 50_000, 100_000, 1_000_000];
    case 'min':
    case 'h':
    case 'd':
      return [0.1, 0.25, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 240];
    default:
      return undefined;
  }
}

function known(text: string): string | undefined {
  const exact = PEOPLES.get(text) ?? UCUM.get(text);
  if (exact !== undefined) return exact;
  if (text.length <= MAX_UNIT && isUcumUnit(text)) return text;
  return UCUM.get(text.toLowerCase());
}

function annotation(text: string): string {
  const inside = text.replace(/[^\x21-\x7e]+/g, '_').replace(/[{}]/g, '_');
  return `{${inside.slice(0, MAX_UNIT - 2) || '_'}}`;
}
