import { encodeMap } from '../../codec/json-line-encode.js';
import { valueFromJson } from '../../codec/json-value.js';
import { setOwn } from '../../codec/own-fields.js';
import type { AnyValue, AnyValueMap } from '../../model/any-value.js';

/** Attributes as the columns hold them: text alone. */
export type Texts = Readonly<Record<string, string>>;

/** A map as text. */
export interface TextMap {
  readonly texts: Record<string, string>;
  /** Keys whose text is JSON; `undefined` if there are none. */
  readonly json: readonly string[] | undefined;
}

/**
 * Attributes of RIMP's own, beside those of an item. Of a log record they are in `LogAttributes`, of a metric in
 * `ScopeAttributes`: a metric's own attributes say which series it is of.
 */
export const OWN = {
  /** The id, under the name that it has over OTLP. */
  id: 'log.record.uid',
  /** The place in the order of arrival: about the time of arrival, in nanoseconds since the Unix epoch. */
  seq: 'rimp.seq',
  /** Which fields there were, and which texts of a map are JSON. */
  shape: 'rimp.shape',
  /** JSON of what no column holds exactly. */
  otel: 'rimp.otel',
  /** The source, if `ScopeName` is another name. */
  source: 'rimp.source',
  /** The event type, if the severity stands for another. */
  type: 'rimp.type',
  /** Name and value of a metric, if the columns have those of the histogram that it is of. */
  name: 'rimp.name',
  value: 'rimp.value',
  /** The item as a line of JSON, if columns can't hold its texts or attributes of its own have these names. */
  line: 'rimp.line',
} as const;

const OWN_NAMES: ReadonlySet<string> = new Set(Object.values(OWN));

/** Whether an attribute is one of RIMP's own. */
export function isOwnName(name: string): boolean {
  return OWN_NAMES.has(name);
}

/** Whether maps have attributes with the names of RIMP's own, which are left out when a row is read. */
export function hasOwnNames(...maps: readonly TextMap[]): boolean {
  return maps.some(({ texts }) => Object.keys(texts).some(isOwnName));
}

/** @throws TypeError if a map made by hand holds what JSON can't. */
export function textsOf(map: object | undefined): TextMap {
  const texts: Record<string, string> = {};
  let json: string[] | undefined;
  for (const key of map === undefined ? [] : Object.keys(map)) {
    const value: unknown = (map as Record<string, unknown>)[key];
    if (typeof value === 'string') {
      setOwn(texts, key, value);
      continue;
    }
    const text = jsonOf(value);
    if (text === undefined) continue;
    setOwn(texts, key, text);
    json ??= [];
    json.push(key);
  }
  return { texts, json };
}

/** A value as the text that a column has for it; `undefined` if JSON has none. */
export function jsonOf(value: unknown): string | undefined {
  return typeof value === 'object' && value !== null ? encodeMap(value) : (JSON.stringify(value) as string | undefined);
}

/** The map of texts, without RIMP's own attributes. */
export function mapOf(texts: Texts, json: readonly string[] = []): AnyValueMap {
  const map: Record<string, AnyValue> = {};
  for (const key of Object.keys(texts)) if (!isOwnName(key)) setOwn(map, key, texts[key] as string);
  for (const key of json) {
    if (Object.hasOwn(map, key)) setOwn(map, key, valueFromJson(JSON.parse(map[key] as string) as AnyValue, 1));
  }
  return map;
}

/** A row as the insert has it: first nanoseconds, for which JavaScript has no exact numbers, then the other cells. */
export function rowText(nanos: readonly string[], cells: readonly unknown[]): string {
  return `[${nanos.join(',')},${JSON.stringify(cells).slice(1)}`;
}

const HALF_PAIR = /\\ud[89a-f]/;

/** Whether a row holds halves of surrogate pairs, which no text of a database can. */
export function isIllFormed(row: string): boolean {
  return HALF_PAIR.test(row);
}

/** The row with replacements for halves of surrogate pairs. */
export function wellFormed(row: string): string {
  return row.replace(/\\(?:ud[89a-f][0-9a-f]{2}|.)/g, (escape) => (escape.length > 2 ? '\\ufffd' : escape));
}
