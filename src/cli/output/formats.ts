import { csvLine, defused } from '../../analysis/csv.js';
import { fieldOf, textOf } from '../../analysis/filter/fields.js';
import { encodeEvent, encodeMetric } from '../../codec/json-line-encode.js';
import { printable } from '../../codec/printable.js';
import { isEvent, type TelemetryItem } from '../../model/item.js';
import { spanDurationMillis } from '../../model/span.js';
import { UsageError } from '../values.js';
import { pairsOf, quoted } from './pairs.js';
import { showTime } from './show-time.js';

/** Makes a line of an item. */
export type Format = (item: TelemetryItem) => string;

/** Makes text fit for where it goes: on a terminal nothing of it may be a command. */
type Escape = (text: string) => string;

/** The file's own format. */
export function jsonFormat(isTerminal: boolean): Format {
  const encode = (item: TelemetryItem): string => (isEvent(item) ? encodeEvent(item) : encodeMetric(item));
  return isTerminal ? (item) => printableJson(encode(item)) : encode;
}

/** JSON that means the same, without characters that a terminal obeys: those that there are stand within texts. */
export function printableJson(json: string): string {
  return json.replace(/[^ -~]/gu, (character) => {
    if (printable(character) === character) return character;
    const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
    return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
  });
}

/** See `csvLine`; no cell is a formula for a spreadsheet. */
export function csvFormat(isTerminal: boolean): Format {
  const escape = escapeFor(isTerminal);
  return csvLine((text) => escape(defused(text)));
}

/** `key=value` pairs, in quotes if needed. */
export function logfmtFormat(): Format {
  return (item) => {
    const head = isEvent(item)
      ? { time: item.timestamp.toISOString(), level: item.eventType, source: item.source, msg: item.message }
      : { time: item.timestamp.toISOString(), metric: item.name, value: String(item.value), unit: item.unit ?? '' };
    const { traceId = '', spanId = '', span } = (isEvent(item) ? item.otel : undefined) ?? {};
    const ids = { trace_id: traceId, span_id: spanId, parent_span_id: span?.parentSpanId ?? '' };
    const millis = isEvent(item) ? spanDurationMillis(item) : undefined;
    if (millis !== undefined) Object.assign(head, { duration_ms: String(millis) });
    const pairs = [...Object.entries(head), ...pairsOf(item), ...Object.entries(ids).filter(([, id]) => id !== '')];
    return printable(pairs.map(([key, value]) => `${key.replace(/[\s"=]/g, '_')}=${quoted(value)}`).join(' '));
  };
}

/**
 * A template of text and `{field}`; `{{` is a brace. The time is shown as in columns.
 *
 * @throws UsageError if a brace is not closed.
 */
export function templateFormat(template: string, isUtc: boolean): Format {
  const parts = template
    .replaceAll('\\t', '\t')
    .split(/(\{\{|\}\}|\{[^{}]*\})/)
    .map((part): Format => {
      if (part === '{{' || part === '}}') return () => part.slice(1);
      if (!/^\{.*\}$/s.test(part)) {
        if (/[{}]/.test(part))
          throw new UsageError(`expected --template to hold {FIELD}, and {{ for a brace, got "${template}"`);
        return () => part;
      }
      const name = part.slice(1, -1).trim();
      if (name === '') throw new UsageError(`expected --template to have a field within braces, got "${template}"`);
      if (name === 'time') return (item) => showTime(item.timestamp, isUtc);
      const field = fieldOf(name);
      return (item) => printable(textOf(field(item)));
    });
  return (item) => parts.map((part) => part(item)).join('');
}

function escapeFor(isTerminal: boolean): Escape {
  return isTerminal ? printable : (text) => text;
}
