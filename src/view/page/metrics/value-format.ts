import { ucumUnit } from '../../../otel/instruments/units.js';
import { numberText } from '../ui/number-format.js';
import { durationText } from '../ui/time-format.js';

const MILLIS: ReadonlyMap<string, number> = new Map([
  ['ns', 1e-6],
  ['us', 1e-3],
  ['ms', 1],
  ['s', 1e3],
  ['min', 6e4],
  ['h', 3.6e6],
  ['d', 8.64e7],
]);
const BYTES: ReadonlyMap<string, number> = new Map([
  ['By', 1],
  ['kBy', 1e3],
  ['MBy', 1e6],
  ['GBy', 1e9],
  ['TBy', 1e12],
  ['KiBy', 2 ** 10],
  ['MiBy', 2 ** 20],
  ['GiBy', 2 ** 30],
  ['TiBy', 2 ** 40],
]);
const BYTE_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'] as const;
/** What follows a number of other units. */
const SYMBOLS: ReadonlyMap<string, string> = new Map([
  ['%', ' %'],
  ['Cel', ' °C'],
  ['us', ' µs'],
]);

/** Values of one unit as texts. */
export type ValueFormat = (value: number | null | undefined) => string;

/**
 * How values of a unit are written: durations and bytes in the unit that suits each value (`1.2 s`, `3.5 MiB`), others
 * with their symbol; `–` if there is no value.
 *
 * @param perSecond - whether the values are a rate of the unit.
 */
export function valueFormat(unit: string | null, perSecond = false): ValueFormat {
  const ucum = ucumUnit(unit ?? undefined) ?? '';
  const [above = '', ...below] = ucum.split(/\/(?![^{]*\})/);
  const format = formatOf(above);
  const per = [...below.map(bare), ...(perSecond ? ['s'] : [])].map((part) => `/${part}`).join('');
  return (value) => (value === null || value === undefined ? '–' : `${format(value)}${per}`);
}

type ValueText = (value: number) => string;

function formatOf(unit: string): ValueText {
  const symbol = SYMBOLS.get(unit) ?? (/^(?:1|\{.*\})?$/.test(unit) ? '' : ` ${unit}`);
  const plain = (value: number): string => `${numberText(value)}${symbol}`;
  const millis = MILLIS.get(unit);
  if (millis !== undefined) return scaled(millis, durationText, plain);
  const bytes = BYTES.get(unit);
  return bytes === undefined ? plain : scaled(bytes, bytesText, plain);
}

/** A text of values in a smaller unit, unless that is more than a number holds. */
function scaled(factor: number, text: ValueText, plain: ValueText): ValueText {
  return (value) => (Number.isFinite(value * factor) || !Number.isFinite(value) ? text(value * factor) : plain(value));
}

function bytesText(bytes: number): string {
  if (!Number.isFinite(bytes)) return String(bytes);
  let value = bytes;
  let step = 0;
  // 1023.95 would be written as 1024
  while (Math.abs(value) >= 1023.95 && step < BYTE_UNITS.length - 1) {
    value /= 1024;
    step += 1;
  }
  return `${numberText(step === 0 ? value : Number(value.toPrecision(value >= 100 ? 4 : 3)))} ${BYTE_UNITS[step]}`;
}

function bare(unit: string): string {
  return unit.replace(/^\{(.*)\}$/, '$1');
}
