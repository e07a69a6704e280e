import { type AnyValue, type AnyValueMap, isAnyValueMap } from '../model/any-value.js';
import type { SpanDetail, SpanEvent, SpanLink } from '../model/otel-fields.js';
import { type Check, isHex, isIntegerUpTo, isNanos, isOneOf, isText, MAX_UINT32 } from './checks.js';
import { isSettled, mapFromJson, valueFromJson } from './json-value.js';
import { setOwn } from './own-fields.js';

/** What each field has to be; those that may be absent are in the second table. */
interface Checks<T> {
  readonly required: Readonly<Record<string, Check>> & { readonly [K in RequiredKeys<T>]: Check };
  readonly optional: Readonly<Record<string, Check>> & { readonly [K in Exclude<keyof T, RequiredKeys<T>>]-?: Check };
}
type RequiredKeys<T> = { [K in keyof T]-?: object extends Pick<T, K> ? never : K }[keyof T];

const isCount = isIntegerUpTo(MAX_UINT32);
const isId =
  (digits: number): Check =>
  (value) =>
    value === '' || isHex(digits)(value);

const EVENT: Checks<SpanEvent> = {
  required: { name: isText, timeUnixNano: isNanos },
  optional: { attributes: isAnyValueMap, droppedAttributesCount: isCount },
};
const LINK: Checks<SpanLink> = {
  required: { traceId: isId(32), spanId: isId(16) },
  optional: { traceState: isText, flags: isCount, attributes: isAnyValueMap, droppedAttributesCount: isCount },
};
const STATUS: Checks<NonNullable<SpanDetail['status']>> = {
  required: { code: isOneOf('ok', 'error') },
  optional: { message: isText },
};
const SPAN: Checks<SpanDetail> = {
  required: {
    kind: isOneOf('internal', 'server', 'client', 'producer', 'consumer', 'unspecified'),
    endTimeUnixNano: isNanos,
  },
  optional: {
    parentSpanId: isHex(16),
    parentIsRemote: (value) => typeof value === 'boolean',
    status: has(STATUS),
    traceState: isText,
    events: isListOf(EVENT),
    links: isListOf(LINK),
    droppedEventsCount: isCount,
    droppedLinksCount: isCount,
  },
};

/** Whether a value is a {@link SpanDetail}; fields that nobody knows yet may be in it. */
export const isSpanDetail: Check = has(SPAN);

function has<T>({ required, optional }: Checks<T>): Check {
  const must = Object.entries<Check>(required);
  const may = Object.entries<Check>(optional);
  return (value) =>
    isAnyValueMap(value) &&
    must.every(([key, check]) => check(value[key])) &&
    may.every(([key, check]) => value[key] === undefined || check(value[key]));
}

function isListOf<T>(checks: Checks<T>): Check {
  const isRight = has(checks);
  return (value) => Array.isArray(value) && value.every(isRight);
}

/** Whether a span of parsed JSON can be used as it is; see `isSettled`. Attributes are as deep as metadata. */
export function isSettledSpan(span: AnyValueMap): boolean {
  for (const key in span) {
    const value = span[key];
    const isRight = isList(key, value) ? value.every(isSettledElement) : isSettled(value, 1);
    if (!isRight) return false;
  }
  return true;
}

/** The copy of a span of parsed JSON that can be used. */
export function settledSpan(span: AnyValueMap): AnyValueMap {
  const copy: Record<string, AnyValue> = {};
  for (const key of Object.keys(span)) {
    const value = span[key] as AnyValue;
    setOwn<AnyValue>(copy, key, isList(key, value) ? value.map(settledElement) : valueFromJson(value, 1));
  }
  return copy;
}

function isList(key: string, value: AnyValue | undefined): value is readonly AnyValue[] {
  return (key === 'events' || key === 'links') && Array.isArray(value);
}

function isSettledElement(element: AnyValue): boolean {
  if (!isAnyValueMap(element)) return isSettled(element, 2);
  for (const key in element) {
    // attributes never stand for bytes
    if (!isSettled(element[key], key === 'attributes' ? 0 : 3)) return false;
  }
  return true;
}

function settledElement(element: AnyValue): AnyValue {
  if (!isAnyValueMap(element)) return valueFromJson(element, 2);
  const copy: Record<string, AnyValue> = {};
  for (const key of Object.keys(element)) {
    const value = element[key] as AnyValue;
    const isAttributes = key === 'attributes' && isAnyValueMap(value);
    setOwn<AnyValue>(copy, key, isAttributes ? mapFromJson(value) : valueFromJson(value, 3));
  }
  return copy;
}
