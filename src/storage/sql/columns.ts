import { decodeLine, decodeMap } from '../../codec/json-line-decode.js';
import { encodeEvent, encodeMap, encodeMetric } from '../../codec/json-line-encode.js';
import { eventOtelOf, metricOtelOf } from '../../codec/otel-check.js';
import { tagsFromLine } from '../../codec/tag-types.js';
import { TelemetryEvent } from '../../model/event.js';
import type { EventType } from '../../model/event-type.js';
import { isEvent, type TelemetryItem } from '../../model/item.js';
import { TelemetryMetric } from '../../model/metric.js';
import { severityOf } from '../query-match.js';

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

/** @throws TypeError where metadata made by hand hold what JSON can't. */
export function eventCells(event: TelemetryEvent): Cell[] {
  const { eventId, source, message, metadata, otel } = event;
  const isPlain = isPlainText(eventId) && isPlainText(source) && isPlainText(message);
  return [
    EVENT_KIND,
    isPlain ? eventId : plainText(eventId),
    event.timestamp.getTime(),
    event.eventType,
    severityOf(event),
    isPlain ? source : plainText(source),
    isPlain ? message : plainText(message),
    metadata === undefined ? null : encodeMap(metadata),
    otel?.traceId === undefined ? null : plainText(otel.traceId).toLowerCase(),
    otel === undefined ? null : encodeMap(otel),
    isPlain ? null : encodeEvent(event),
  ];
}

/** @throws TypeError where tags made by hand hold what JSON can't. */
export function metricCells(metric: TelemetryMetric): Cell[] {
  const { metricId, name, value, unit, tags, otel } = metric;
  const isPlain =
    isPlainText(metricId) &&
    isPlainText(name) &&
    (unit === undefined || isPlainText(unit)) &&
    // what the databases take for 0
    !Object.is(value, -0);
  return [
    METRIC_KIND,
    isPlain ? metricId : plainText(metricId),
    metric.timestamp.getTime(),
    isPlain ? name : plainText(name),
    value,
    unit === undefined ? null : isPlain ? unit : plainText(unit),
    tags === undefined ? null : encodeMap(tags),
    otel === undefined ? null : encodeMap(otel),
    isPlain ? null : encodeMetric(metric),
  ];
}

/** An item in all columns: null where its kind has none. */
export function allCells(item: TelemetryItem): Cell[] {
  if (isEvent(item)) return [...eventCells(item), ...ALL_COLUMNS.slice(EVENT_COLUMNS.length).map(() => null)];
  const cells = metricCells(item);
  return ALL_COLUMNS.map((name) => cells[(METRIC_COLUMNS as readonly string[]).indexOf(name)] ?? null);
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

/** The items that can be written, and how many can't. */
export function rowsOf(items: Iterable<TelemetryItem>): {
  readonly events: Cell[][];
  readonly metrics: Cell[][];
  readonly bad: number;
} {
  const events: Cell[][] = [];
  const metrics: Cell[][] = [];
  let bad = 0;
  for (const item of items) {
    try {
      if (isEvent(item)) events.push(eventCells(item));
      else metrics.push(metricCells(item));
    } catch {
      bad += 1;
    }
  }
  return { events, metrics, bad };
}

/** Whether a text is the same in every database: PostgreSQL's hold no NUL, and none holds half a surrogate pair. */
export function isPlainText(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}

function plainText(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\ufffd');
}
