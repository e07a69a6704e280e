import { decodeLine, decodeMap } from '../../codec/json-line-decode.js';
import { encodeEvent, encodeMap, encodeMetric } from '../../codec/json-line-encode.js';
import { eventOtelOf, metricOtelOf } from '../../codec/otel-check.js';
import { tagsFromLine } from '../../codec/tag-types.js';
import { TelemetryEvent } from '../../model/event.js';
import type { EventType } from '../../model/event-type.js';
import { isEvent, type TelemetryItem } from '../../model/item.js';
import { TelemetryMetric } from '../../model/metric.js';
import { severityOf } from '../../model/severity.js';

/** What a column holds. */
export type Cell = string | number | null;

/** The columns that an event fills, in the order of {@link eventCells}. */
export const EVENT_COLUMNS = [
  'kind',
  'id',
  'time_ms',
  'event_type',
  'severity',
  'source',
  'message',
  'metadata',
  'trace_id',
  'otel',
  'line',
] as const;

/** The columns that a metric fills, in the order of {@link metricCells}. */
export const METRIC_COLUMNS = ['kind', 'id', 'time_ms', 'name', 'value', 'unit', 'tags', 'otel', 'line'] as const;

/** All columns, in the order of {@link allCells}. */
export const ALL_COLUMNS = [
  ...EVENT_COLUMNS,
  ...METRIC_COLUMNS.filter((name) => !(EVENT_COLUMNS as readonly string[]).includes(name)),
];

export const EVENT_KIND = 0;
export const METRIC_KIND = 1;

/** A row as the databases give it. */
export interface Row {
  readonly kind: number;
  readonly id: string;
  readonly time_ms: number;
  readonly event_type: string | null;
  readonly source: string | null;
  readonly message: string | null;
  readonly metadata: string | null;
  readonly name: string | null;
  readonly value: number | null;
  readonly unit: string | null;
  readonly tags: string | null;
  readonly otel: string | null;
  readonly line: string | null;
}

/** What is read of a row, besides its number. */
export const READ_COLUMNS: readonly (keyof Row)[] = [
  'kind',
  'id',
  'time_ms',
  'event_type',
  'source',
  'message',
  'metadata',
  'name',
  'value',
  'unit',
  'tags',
  'otel',
  'line',
];

/** Which texts the columns of a database hold, and what stands for others. */
export interface TextRule {
  holds(text: string): boolean;
  /** The text that stands for one that it doesn't hold. */
  plain(text: string): string;
  /** JSON in an encoding that any text column holds. */
  json(line: string): string;
}

/** Unicode: PostgreSQL's texts hold no NUL, and no database's hold half a surrogate pair. */
export const UNICODE: TextRule = {
  holds: (text) => !text.includes('\0') && text.isWellFormed(),
  plain: (text) => text.toWellFormed().replaceAll('\0', '\ufffd'),
  json: (line) => line,
};

const NOT_ASCII = /[^ -~\t\n\r]/;

/** What is the same in every encoding, for a database in any other than UTF-8. */
export const ASCII: TextRule = {
  holds: (text) => !NOT_ASCII.test(text),
  plain: (text) => text.replace(/[^ -~\t\n\r]/gu, '?'),
  json: (line) =>
    line.replace(/[\u0080-\uffff]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`),
};

/** @throws TypeError if metadata made by hand hold what JSON can't, or the time is none. */
export function eventCells(event: TelemetryEvent, rule: TextRule = UNICODE): Cell[] {
  const { eventId, source, message, metadata, otel } = event;
  const isPlain = rule.holds(eventId) && rule.holds(source) && rule.holds(message);
  return [
    EVENT_KIND,
    isPlain ? eventId : rule.plain(eventId),
    millisOf(event),
    event.eventType,
    severityOf(event),
    isPlain ? source : rule.plain(source),
    isPlain ? message : rule.plain(message),
    metadata === undefined ? null : encodeMap(metadata),
    otel?.traceId === undefined ? null : rule.plain(otel.traceId).toLowerCase(),
    otel === undefined ? null : encodeMap(otel),
    isPlain ? null : rule.json(encodeEvent(event)),
  ];
}

/** @throws TypeError if tags made by hand hold what JSON can't, or the time is none. */
export function metricCells(metric: TelemetryMetric, rule: TextRule = UNICODE): Cell[] {
  const { metricId, name, value, unit, tags, otel } = metric;
  const isPlain =
    rule.holds(metricId) &&
    rule.holds(name) &&
    (unit === undefined || rule.holds(unit)) &&
    // what the databases take for 0
    !Object.is(value, -0);
  return [
    METRIC_KIND,
    isPlain ? metricId : rule.plain(metricId),
    millisOf(metric),
    isPlain ? name : rule.plain(name),
    value,
    unit === undefined ? null : isPlain ? unit : rule.plain(unit),
    tags === undefined ? null : encodeMap(tags),
    otel === undefined ? null : encodeMap(otel),
    isPlain ? null : rule.json(encodeMetric(metric)),
  ];
}

/** An item in all columns: null if its kind has none. */
export function allCells(item: TelemetryItem, rule: TextRule = UNICODE): Cell[] {
  if (isEvent(item)) return [...eventCells(item, rule), ...ALL_COLUMNS.slice(EVENT_COLUMNS.length).map(() => null)];
  const cells = metricCells(item, rule);
  return ALL_COLUMNS.map((name) => cells[(METRIC_COLUMNS as readonly string[]).indexOf(name)] ?? null);
}

function millisOf({ timestamp }: TelemetryItem): number {
  const millis = timestamp.getTime();
  if (Number.isNaN(millis)) throw new TypeError('expected a valid Date as timestamp');
  return millis;
}

/** The item of a row. */
export function itemOfRow(row: Row): TelemetryItem {
  // texts that no column holds exactly
  if (row.line !== null) return decodeLine(row.line);
  const otel: unknown = row.otel === null ? undefined : JSON.parse(row.otel);
  const timestamp = new Date(Number(row.time_ms));
  const time = { date: timestamp };
  if (row.kind === EVENT_KIND) {
    return new TelemetryEvent({
      eventId: row.id,
      timestamp,
      eventType: row.event_type as EventType,
      source: row.source ?? '',
      message: row.message ?? '',
      metadata: row.metadata === null ? undefined : decodeMap(row.metadata),
      otel: eventOtelOf(otel, time),
    });
  }
  return new TelemetryMetric({
    metricId: row.id,
    timestamp,
    name: row.name ?? '',
    // SQLite keeps NaN as NULL
    value: row.value ?? Number.NaN,
    unit: row.unit,
    tags: row.tags === null ? undefined : tagsFromLine(decodeMap(row.tags), undefined),
    otel: metricOtelOf(otel, time),
  });
}
