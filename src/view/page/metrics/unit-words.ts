import { ucumUnit } from '../../../otel/instruments/units.js';

/** Names of units of one, and of many. */
const NAMES: ReadonlyMap<string, readonly [one: string, many: string]> = new Map([
  ['ns', ['nanosecond', 'nanoseconds']],
  ['us', ['microsecond', 'microseconds']],
  ['ms', ['millisecond', 'milliseconds']],
  ['s', ['second', 'seconds']],
  ['min', ['minute', 'minutes']],
  ['h', ['hour', 'hours']],
  ['d', ['day', 'days']],
  ['wk', ['week', 'weeks']],
  ['bit', ['bit', 'bits']],
  ['By', ['byte', 'bytes']],
  ['%', ['percent', 'percent']],
  ['1', ['', '']],
  ['Cel', ['degree Celsius', 'degrees Celsius']],
  ['K', ['kelvin', 'kelvins']],
  ['Hz', ['hertz', 'hertz']],
  ['W', ['watt', 'watts']],
  ['V', ['volt', 'volts']],
  ['A', ['ampere', 'amperes']],
  ['J', ['joule', 'joules']],
  ['m', ['metre', 'metres']],
  ['g', ['gram', 'grams']],
]);
const PREFIXES: readonly (readonly [string, string])[] = [
  ['Ki', 'kibi'],
  ['Mi', 'mebi'],
  ['Gi', 'gibi'],
  ['Ti', 'tebi'],
  ['k', 'kilo'],
  ['M', 'mega'],
  ['G', 'giga'],
  ['T', 'tera'],
  ['m', 'milli'],
];

/**
 * A unit in words, as UCUM or as callers write it: `ms` → `milliseconds`, `MiBy/s` → `mebibytes per second`,
 * `{request}/s` → `request per second`; what is not known stays as it is, and `''` of none.
 */
export function unitWords(unit: string | null): string {
  const ucum = ucumUnit(unit ?? undefined);
  if (ucum === undefined) return '';
  const [above = '', ...below] = ucum.split(/\/(?![^{]*\})/);
  const words = [nameOf(above, 1), ...below.map((part) => `per ${nameOf(part, 0) || part}`)];
  return words.filter((word) => word !== '').join(' ');
}

function nameOf(unit: string, which: 0 | 1): string {
  const annotation = /^\{(.*)\}$/.exec(unit)?.[1];
  if (annotation !== undefined) return annotation.replaceAll('_', ' ');
  const name = NAMES.get(unit);
  if (name !== undefined) return name[which];
  for (const [prefix, word] of PREFIXES) {
    const base = unit.startsWith(prefix) ? NAMES.get(unit.slice(prefix.length)) : undefined;
    if (base !== undefined) return `${word}${base[which]}`;
  }
  return unit;
}
