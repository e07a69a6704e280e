import { textOfValue } from '../codec/any-value-text.js';
import { normaliseMetadata, normaliseValue, setOwn, wellFormed } from '../codec/normalise.js';
import { kindOf } from '../codec/object-kind.js';
import { tagValue } from '../codec/tag-value.js';
import type { Timestamp } from '../codec/timestamp.js';
import type { AnyValueMap } from '../model/any-value.js';
import { CHECKED } from '../model/checked.js';
import { EventType, eventTypeFromWord } from '../model/event-type.js';
import { newId } from '../model/id.js';
import { type Tags, type TagValue, TelemetryMetric } from '../model/metric.js';
import { bareOtel } from '../otel/bare-otel.js';
import { EventDraft } from '../otel/event-draft.js';
import type { Clock } from '../runtime/clock.js';
import { dateOn, systemClock } from '../runtime/system-clock.js';
import { checkNames, readFields } from './named-arguments.js';
import type { OnReplaced } from './on-replaced.js';
import type { TagMemory } from './tag-memory.js';
import { type TimeArgument, timeFromArgument } from './time-from-argument.js';

/** The arguments of `collectEvent` in object form. */
export interface EventFields {
  /** The application or component that reports it. */
  readonly source: string;
  /** What happened. */
  readonly message: string;
  /** How severe it is; default `EventType.INFO`. */
  readonly eventType?: EventType | undefined;
  /** Whatever else is known: a map of anything; it is copied. */
  readonly metadata?: object | null | undefined;
  /** When it happened: a Date, milliseconds since the Unix epoch, ISO text, or an HrTime; default: now. */
  readonly timestamp?: TimeArgument | undefined;
}

/** The arguments of `collectMetric` in object form. */
export interface MetricFields {
  /** What is measured, such as `response_time`; an empty name is rejected. */
  readonly name: string;
  /** The measured value. */
  readonly value: number;
  /** Unit of measurement, in any spelling. */
  readonly unit?: string | null | undefined;
  /** Tags for filtering and grouping; they are copied. */
  readonly tags?: Readonly<Record<string, unknown>> | null | undefined;
  /** When it was measured: a Date, milliseconds since the Unix epoch, ISO text, or an HrTime; default: now. */
  readonly timestamp?: TimeArgument | undefined;
}

const EVENT_ARGUMENTS = ['source', 'message', 'eventType', 'metadata', 'timestamp'] as const;
const METRIC_ARGUMENTS = ['name', 'value', 'unit', 'tags', 'timestamp'] as const;
/** Python's name of `eventType`, for ported code. */
const EVENT_TYPE_IN_PYTHON = 'event_type';

/** Whatever was given for each field of a metric. */
export type AnyMetricFields = { readonly [K in keyof MetricFields]?: unknown };

/** The fields that a call of `collectMetric` names: in one object, or by position. */
export function metricFieldsOf(
  first: unknown,
  value: unknown,
  unit: unknown,
  tags: unknown,
  onReplaced: OnReplaced,
): AnyMetricFields {
  if (typeof first !== 'object' || first === null || value !== undefined) return { name: first, value, unit, tags };
  checkNames('collectMetric', first, METRIC_ARGUMENTS, undefined, onReplaced);
  return readFields(first, METRIC_ARGUMENTS);
}

/**
 * The draft of an event of whatever a call site passes, in one object or by position: nothing here throws, wrong kinds of
 * arguments are turned into right ones.
 *
 * @param clock - is read if the call site names a time, or if somebody gave it to the collector.
 */
export function draftOf(
  first: unknown,
  message: unknown,
  eventType: unknown,
  metadata: unknown,
  clock: Clock,
  onReplaced: OnReplaced,
): EventDraft {
  if (typeof first === 'object' && first !== null && message === undefined)
    return draftOfFields(first, clock, onReplaced);
  const nowMillis = clock === systemClock ? undefined : clock.now();
  const type = eventTypeFromWord(eventType) ?? typeOf(eventType, onReplaced);
  // a map in place of the event type is metadata whose type was left out
  const isShifted = (metadata === undefined || metadata === null) && typeof eventType === 'object';
  return draft(first, message, type, isShifted ? eventType : metadata, nowMillis, undefined);
}

function draftOfFields(given: object, clock: Clock, onReplaced: OnReplaced): EventDraft {
  checkNames('collectEvent', given, EVENT_ARGUMENTS, EVENT_TYPE_IN_PYTHON, onReplaced);
  const fields = readFields(given, [...EVENT_ARGUMENTS, EVENT_TYPE_IN_PYTHON]);
  const { timestamp } = fields;
  const nowMillis = clock.now();
  const time = timestamp === undefined ? undefined : timeOf(timestamp, nowMillis, onReplaced);
  const type = typeOf(fields.eventType ?? fields[EVENT_TYPE_IN_PYTHON], onReplaced);
  return draft(fields.source, fields.message, type, fields.metadata, nowMillis, time);
}

function typeOf(given: unknown, onReplaced: OnReplaced): EventType {
  const type = eventTypeFromWord(given);
  if (type === undefined && given !== undefined && given !== null) onReplaced.invalidEventType(given);
  return type ?? EventType.INFO;
}

function draft(
  source: unknown,
  message: unknown,
  type: EventType,
  metadata: unknown,
  nowMillis: number | undefined,
  time: Timestamp | undefined,
): EventDraft {
  const { value, flatKeys, bytes, grows, lost } = normaliseMetadata(metadata);
  return new EventDraft(
    textOf(source) || 'unknown',
    textOf(message),
    type,
    value,
    flatKeys,
    bytes,
    grows,
    lost,
    nowMillis,
    time,
  );
}

/**
 * The metric of whatever a call site passes, or `undefined` if it has no usable name or no number as its value.
 *
 * @param resource - what goes along with it in `otel.resource`.
 * @param memory - the tags of metrics before.
 */
export function buildMetric(
  fields: AnyMetricFields,
  clock: Clock,
  resource: AnyValueMap,
  memory: TagMemory,
  onReplaced: OnReplaced,
): TelemetryMetric | undefined {
  const name = typeof fields.name === 'string' ? wellFormed(fields.name) : '';
  const value = typeof fields.value === 'bigint' ? Number(fields.value) : fields.value;
  if (name.trim() === '' || typeof value !== 'number') return undefined;
  let { unit, tags } = fields;
  if (isTags(unit) && (tags === undefined || tags === null)) {
    onReplaced.invalidUnit(unit);
    tags = unit;
    unit = undefined;
  }
  const unitText = unit === undefined || unit === null ? '' : textOf(unit);
  const now = dateOn(clock);
  const time = fields.timestamp === undefined ? undefined : timeOf(fields.timestamp, now.getTime(), onReplaced);
  const timeUnixNano = time?.timeUnixNano;
  const built = {
    metricId: newId(now.getTime()),
    timestamp: time?.date ?? now,
    name,
    value,
    unit: unitText === '' ? undefined : unitText,
    tags: buildTags(tags, memory, onReplaced),
    otel: timeUnixNano === undefined ? bareOtel(resource) : { resource, timeUnixNano },
  };
  return new TelemetryMetric(built, CHECKED);
}

function timeOf(given: unknown, nowMillis: number, onReplaced: OnReplaced): Timestamp {
  if (given !== undefined && given !== null) {
    const time = timeFromArgument(given);
    if (time !== undefined) return time;
    onReplaced.invalidTime(given);
  }
  return { date: new Date(nowMillis) };
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return wellFormed(value);
  if (value === undefined || value === null) return '';
  try {
    if (value instanceof Error) return textOf(value.message) || value.name;
    if (typeof value !== 'object') return String(value as number | boolean | bigint | symbol);
    const copied = normaliseValue(value).value;
    return copied === null ? 'null' : textOfValue(copied);
  } catch {
    return '[Unreadable]';
  }
}

/** Whether what stands in the place of the unit is tags, and no list, date or text in an object. */
function isTags(unit: unknown): unit is object {
  if (typeof unit !== 'object' || unit === null) return false;
  const kind = kindOf(unit);
  return kind === 'plain' || kind === 'map';
}

function buildTags(tags: unknown, memory: TagMemory, onReplaced: OnReplaced): Tags | undefined {
  if (typeof tags !== 'object' || tags === null) {
    if (tags !== undefined && tags !== null) onReplaced.invalidTags(tags);
    return undefined;
  }
  const known = memory.copyOf(tags);
  if (known !== undefined) return known;
  const built: Record<string, TagValue> = {};
  try {
    const entries: Iterable<readonly [unknown, unknown]> =
      kindOf(tags) === 'map'
        ? (tags as ReadonlyMap<unknown, unknown>)
        : Object.keys(tags).map((key) => [key, readTag(tags, key)] as const);
    for (const [key, value] of entries) {
      const tag = safeTag(value);
      if (tag !== undefined) setOwn(built, wellFormed(String(key)), tag);
    }
  } catch {
    return undefined;
  }
  return Object.keys(built).length === 0 ? undefined : built;
}

function readTag(tags: object, key: string): unknown {
  try {
    return (tags as Record<string, unknown>)[key];
  } catch {
    return '[Unreadable]';
  }
}

function safeTag(value: unknown): TagValue | undefined {
  try {
    return tagValue(value);
  } catch {
    return '[Unreadable]';
  }
}
