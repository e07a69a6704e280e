/** Names as Prometheus has them, after OpenTelemetry's "Prometheus and OpenMetrics Compatibility". */

const WORDS: ReadonlyMap<string, string> = new Map([
  ['d', 'days'],
  ['h', 'hours'],
  ['min', 'minutes'],
  ['s', 'seconds'],
  ['ms', 'milliseconds'],
  ['us', 'microseconds'],
  ['ns', 'nanoseconds'],
  ['By', 'bytes'],
  ['KiBy', 'kibibytes'],
  ['MiBy', 'mebibytes'],
  ['GiBy', 'gibibytes'],
  ['TiBy', 'tebibytes'],
  ['kBy', 'kilobytes'],
  ['MBy', 'megabytes'],
  ['GBy', 'gigabytes'],
  ['TBy', 'terabytes'],
  ['bit', 'bits'],
  ['m', 'meters'],
  ['V', 'volts'],
  ['A', 'amperes'],
  ['J', 'joules'],
  ['W', 'watts'],
  ['g', 'grams'],
  ['kg', 'kilograms'],
  ['Cel', 'celsius'],
  ['K', 'kelvin'],
  ['Hz', 'hertz'],
  ['%', 'percent'],
]);
const PER: ReadonlyMap<string, string> = new Map([
  ['s', 'second'],
  ['min', 'minute'],
  ['h', 'hour'],
  ['d', 'day'],
  ['ms', 'millisecond'],
  ['m', 'meter'],
  ['By', 'byte'],
]);

/**
 * The word of a UCUM unit that ends a metric's name: `By/s` is `bytes_per_second`, `{request}/s` is `per_second`; empty if
 * there is none.
 *
 * @param isGauge - `1` is `ratio` in a gauge.
 */
export function unitWord(unit: string | undefined, isGauge: boolean): string {
  if (unit === undefined) return '';
  if (unit === '1') return isGauge ? 'ratio' : '';
  const [above = '', below, ...more] = unit.replace(/\{[^{}]*\}/g, '').split('/');
  if (more.length > 0) return '';
  const first = above === '' || above === '1' ? '' : (WORDS.get(above) ?? plain(above));
  if (below === undefined || below === '') return first;
  return [first, 'per', PER.get(below) ?? plain(below)].filter((word) => word !== '').join('_');
}

/** A metric's name without unit and type, in the characters that Prometheus knows. */
export function familyName(name: string, word: string): string {
  let text = plain(name.replace(/[^\w:]+/g, '_')) || '_';
  if (/^\d/.test(text)) text = `_${text}`;
  // once is enough: http_request_duration_seconds, requests_total
  text = text.replace(/_total$/, '');
  return word === '' || text === word || text.endsWith(`_${word}`) ? text : `${text}_${word}`;
}

/** A label's name; those that begin with two underscores are Prometheus's own. */
export function labelName(key: string): string {
  const text = key.replace(/\W/g, '_').replace(/^_{2,}/, '_');
  return /^\d/.test(text) || text === '' ? `_${text}` : text;
}

/** Letters, digits and single underscores within. */
function plain(text: string): string {
  return text
    .replace(/[^\w:]+/g, '_')
    .replace(/_{2,}/g, '_')
    .replace(/^_+|_+$/g, '');
}
