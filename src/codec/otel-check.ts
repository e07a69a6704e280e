import { type AnyValue, type AnyValueMap, isAnyValueMap } from '../model/any-value.js';
import type { EventOtel, HistogramDetail, MetricOtel } from '../model/otel-fields.js';
import { type Check, isHex, isIntegerUpTo, isNanos, isOneOf, isText, MAX_UINT32 } from './checks.js';
import { isSettled, mapFromJson, valueFromJson } from './json-value.js';
import { setOwn } from './own-fields.js';
import { isSettledSpan, isSpanDetail, settledSpan } from './span-check.js';
import type { Timestamp } from './timestamp.js';

type Checks<T> = { readonly [K in keyof Required<T>]: Check };

/** Any year that a Date holds; whether it is the time of the item, the line's reader sees. */
const isFineTime: Check = (value) => typeof value === 'string' && /^-?\d{1,25}$/.test(value);

const EVENT: Checks<EventOtel> = {
  traceId: isHex(32),
  // the SDKs give an empty span id to a record that has a trace id alone
  spanId: (value) => value === '' || isHex(16)(value),
  traceFlags: isIntegerUpTo(255),
  // others than 1 to 24 are kept as they came, and stand for none when they are sent
  severityNumber: (value) => typeof value === 'number',
  severityText: isText,
  eventName: isText,
  scopeName: isText,
  scopeVersion: isText,
  scopeAttributes: isAnyValueMap,
  resource: isAnyValueMap,
  body: () => true,
  droppedAttributesCount: isIntegerUpTo(MAX_UINT32),
  timeUnixNano: isFineTime,
  observedTimeUnixNano: isNanos,
  span: isSpanDetail,
  invalid: isAnyValueMap,
};

const METRIC: Checks<MetricOtel> = {
  kind: isOneOf('gauge', 'sum', 'histogram', 'exponential_histogram'),
  temporality: isOneOf('delta', 'cumulative'),
  monotonic: (value) => typeof value === 'boolean',
  startTimeUnixNano: isNanos,
  timeUnixNano: isFineTime,
  histogram: isHistogram,
  instrument: isText,
  unit: isText,
  description: isText,
  scopeName: isText,
  scopeVersion: isText,
  resource: isAnyValueMap,
  invalid: isAnyValueMap,
};

const EVENT_CHECKS: ReadonlyMap<string, Check> = new Map(Object.entries(EVENT));
const METRIC_CHECKS: ReadonlyMap<string, Check> = new Map(Object.entries(METRIC));

/**
 * The `otel` part of an event, as somebody wrote it: a field with a value that it can't have goes to `invalid`, null is
 * left out, and what nobody knows yet stays. Whoever uses the part later need not look at its types again.
 *
 * @param time - of the event: a time in the part has to be the same to the millisecond.
 */
export function eventOtelOf(given: unknown, time: Timestamp): EventOtel | undefined {
  return timed<EventOtel>(checked(given, EVENT_CHECKS), time);
}

/** The same of a metric; points and the kind that they are of have to fit together. */
export function metricOtelOf(given: unknown, time: Timestamp): MetricOtel | undefined {
  const otel = checked(given, METRIC_CHECKS);
  const fitting =
    otel === undefined || fits(otel) ? otel : apart(otel, ['kind', 'histogram', 'instrument', 'unit', 'temporality']);
  return timed<MetricOtel>(fitting, time);
}

function timed<T extends object>(otel: AnyValueMap | undefined, { date, timeUnixNano }: Timestamp): T | undefined {
  const given = otel?.timeUnixNano;
  if (timeUnixNano !== undefined) {
    return given === timeUnixNano ? (otel as T) : ({ ...otel, timeUnixNano } as unknown as T);
  }
  if (otel === undefined || given === undefined || isWithin(given as string, date)) return otel as T | undefined;
  return apart(otel, ['timeUnixNano']) as T | undefined;
}

/** Whether nanoseconds since the Unix epoch are within the millisecond of a Date. */
function isWithin(nanos: string, date: Date): boolean {
  const below = BigInt(nanos) - BigInt(date.getTime()) * 1_000_000n;
  return below >= 0n && below < 1_000_000n;
}

function checked(given: unknown, checks: ReadonlyMap<string, Check>): AnyValueMap | undefined {
  if (given === undefined || given === null) return undefined;
  if (!isAnyValueMap(given)) return { invalid: { otel: valueFromJson(given as AnyValue, 0) } };
  const otel = settled(given);
  let wrong: string[] | undefined;
  let nulls = false;
  let any = false;
  for (const key in otel) {
    any = true;
    const value = otel[key];
    if (value === null) nulls = true;
    else if (checks.get(key)?.(value) === false) (wrong ??= []).push(key);
  }
  if (!any) return undefined;
  return wrong === undefined && !nulls ? otel : apart(otel, wrong ?? []);
}

/** The part with these fields moved to `invalid`, and without nulls. */
function apart(otel: AnyValueMap, wrong: readonly string[]): AnyValueMap | undefined {
  const kept: Record<string, AnyValue> = {};
  const invalid: Record<string, AnyValue> = isAnyValueMap(otel.invalid) ? { ...otel.invalid } : {};
  for (const key of Object.keys(otel)) {
    const value = otel[key];
    if (value === null || value === undefined) continue;
    setOwn(wrong.includes(key) ? invalid : kept, key, value);
  }
  if (Object.keys(invalid).length > 0) kept.invalid = invalid;
  return Object.keys(kept).length === 0 ? undefined : kept;
}

/** The part with values that can be walked through: the maps in it are maps, whatever their keys, the body is any value. */
function settled(otel: AnyValueMap): AnyValueMap {
  return isSettledPart(otel, 0) ? otel : copied(otel, 0);
}

function isSettledPart(otel: AnyValueMap, within: number): boolean {
  for (const key in otel) {
    const value = otel[key];
    if (typeof value === 'string') continue;
    if (holdsParts(key, value, within)) {
      if (!isSettledPart(value, within + 1)) return false;
    } else if (isSpanPart(key, value)) {
      if (!isSettledSpan(value)) return false;
    } else if (!isSettled(value, 0) || (key === 'body' && typeof value === 'object')) {
      return false;
    }
  }
  return true;
}

function copied(otel: AnyValueMap, within: number): AnyValueMap {
  const copy: Record<string, AnyValue> = {};
  for (const key of Object.keys(otel)) {
    const value = otel[key] as AnyValue;
    if (holdsParts(key, value, within)) setOwn<AnyValue>(copy, key, copied(value, within + 1));
    else if (isSpanPart(key, value)) setOwn<AnyValue>(copy, key, settledSpan(value));
    else setOwn(copy, key, key !== 'body' && isAnyValueMap(value) ? mapFromJson(value) : valueFromJson(value, 0));
  }
  return copy;
}

/** Whether a value is the map of what was kept apart: its own values are as deep as if they were where they came from. */
function holdsParts(key: string, value: unknown, within: number): value is AnyValueMap {
  return key === 'invalid' && within === 0 && isAnyValueMap(value);
}

function isSpanPart(key: string, value: unknown): value is AnyValueMap {
  return key === 'span' && isAnyValueMap(value);
}

/** Whether what only histograms have is there for a histogram, and for nothing else. */
function fits({ kind, histogram, instrument }: MetricOtel): boolean {
  const isHistogramKind = kind === 'histogram' || kind === 'exponential_histogram';
  if (histogram === undefined) return !isHistogramKind || instrument !== undefined;
  return kind === (histogram.scale === undefined ? 'histogram' : 'exponential_histogram');
}

function isHistogram(value: unknown): boolean {
  if (!isAnyValueMap(value)) return false;
  const detail = value as Partial<Record<keyof HistogramDetail, unknown>>;
  const { buckets, scale } = detail;
  return (
    isCount(detail.count) &&
    [detail.sum, detail.min, detail.max].every((number) => number === undefined || typeof number === 'number') &&
    (buckets === undefined || isBuckets(buckets)) &&
    (scale === undefined ||
      (Number.isInteger(scale) &&
        isCount(detail.zeroCount) &&
        isSide(detail.positive) &&
        isSide(detail.negative) &&
        buckets === undefined))
  );
}

function isBuckets(value: unknown): boolean {
  if (!isAnyValueMap(value)) return false;
  const { boundaries, counts } = value;
  return (
    Array.isArray(boundaries) &&
    boundaries.every((bound) => typeof bound === 'number') &&
    isCounts(counts) &&
    // none at all, or one more than there are bounds
    ((counts as readonly unknown[]).length === boundaries.length + 1 ||
      (counts as readonly unknown[]).length + boundaries.length === 0)
  );
}

function isSide(value: unknown): boolean {
  return isAnyValueMap(value) && Number.isInteger(value.offset) && isCounts(value.bucketCounts);
}

function isCounts(value: unknown): boolean {
  return Array.isArray(value) && value.every(isCount);
}

function isCount(value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0;
}
