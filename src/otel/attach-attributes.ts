import { ATTR_UID } from '../model/attribute-names.js';
import type { TelemetryEvent } from '../model/event.js';
import { severityNumberOf, severityTextOf } from '../model/severity.js';
import type { EventInFlight } from './event-in-flight.js';
import type { LoggerLike, LoggerProviderLike, LogRecordLike, LogRecordToEmit } from './sdk-types.js';
import { hrFromTime } from './transform/hr-time.js';

// The fast way of an event to its record. Most of what `Logger.emit` costs is that the SDK looks at each attribute,
// although the facade has made them plain. So the record is emitted without them, and without a time: the SDK reads the
// clock in any case. The processor of ours, which is given the record before all others, completes the event with the
// record's time and span, and attaches a fresh map of attributes: those after it see them as always.
//
// It assumes, and checks at each event, that ours is the first in the provider's list, that the logger is the SDK's own
// and nobody has put a function of their own in front of it, and that the limits of attributes are the defaults. The list
// and the limits are private, but the same from 2.0 to 3.x. If anything of it can't be read or is different, and for
// metadata that are not flat, the record is emitted with its attributes, and reconciled.

const DEFAULT_COUNT_LIMIT = 128;

/** What is read of a provider, its loggers and its records: private in both generations. */
interface SharedState {
  readonly activeProcessor?: { readonly processors?: unknown };
  readonly logRecordLimits?: { readonly attributeCountLimit?: unknown; readonly attributeValueLengthLimit?: unknown };
}
const NO_STATE: SharedState = {};
interface Private {
  readonly _sharedState?: SharedState;
}
interface PrivateRecord {
  attributes: object;
  /** From 0.203 on. */
  _attributesCount?: number;
  /** Before. */
  totalAttributesCount?: number;
}

/** A logger, and its `emit` if that is the SDK's own. */
export interface KnownLogger {
  readonly logger: LoggerLike;
  readonly emit: unknown;
}

/** A logger whose `emit` is looked at once. */
export function knownLogger(logger: LoggerLike, provider: LoggerProviderLike): KnownLogger {
  const state = (provider as Private)._sharedState;
  const emit = methodOf(logger, 'emit');
  const isOwn =
    typeof state === 'object' &&
    (logger as Private)._sharedState === state &&
    emit !== undefined &&
    methodOf(provider, 'getLogger') !== undefined;
  return { logger, emit: isOwn ? emit : undefined };
}

/** A method that an object has of its class; `undefined` if somebody has put another function in front of it. */
function methodOf(object: object, name: string): object | undefined {
  const method: unknown = Reflect.get(object, name);
  // instrumentations mark what they put in front of a method
  return typeof method === 'function' && !Object.hasOwn(object, name) && !('__wrapped' in method) ? method : undefined;
}

/** The processor that is sure to be given a record of the logger before all others, and unlimited; `undefined`: not known. */
export function firstProcessor(provider: LoggerProviderLike, { logger, emit }: KnownLogger): unknown {
  if (emit === undefined || logger.emit !== emit) return undefined;
  const { activeProcessor, logRecordLimits } = (provider as Private)._sharedState ?? NO_STATE;
  const list = activeProcessor?.processors;
  const isUnlimited =
    logRecordLimits?.attributeCountLimit === DEFAULT_COUNT_LIMIT &&
    logRecordLimits.attributeValueLengthLimit === Number.POSITIVE_INFINITY;
  return isUnlimited && Array.isArray(list) ? list[0] : undefined;
}

/** The record of an event whose attributes are attached later. */
export function bareRecord({ draft, context }: EventInFlight): LogRecordToEmit {
  const severityNumber = severityNumberOf(draft.eventType);
  const severityText = severityTextOf(draft.eventType);
  const { nowMillis, time } = draft;
  if (nowMillis === undefined) return { severityNumber, severityText, body: draft.message, context };
  const timestamp = hrFromTime(time?.date ?? new Date(nowMillis), time?.timeUnixNano);
  return { timestamp, severityNumber, severityText, body: draft.message, context };
}

/**
 * Attaches to a record the attributes that it was emitted without.
 *
 * @param flatKeys - how many the metadata are.
 */
export function attachTo(record: LogRecordLike, { metadata, eventId }: TelemetryEvent, flatKeys: number): void {
  const attributes: Record<string, unknown> = { [ATTR_UID]: eventId };
  // a spread and one more property is many times slower on some versions of V8
  for (const key in metadata) attributes[key] = metadata[key];
  const own = record as PrivateRecord;
  // one more is the id
  if (typeof own._attributesCount === 'number') {
    own.attributes = attributes;
    own._attributesCount = flatKeys + 1;
  } else if (typeof own.totalAttributesCount === 'number') {
    own.attributes = attributes;
    own.totalAttributesCount = flatKeys + 1;
  } else {
    for (const key of Object.keys(attributes)) record.setAttribute?.(key, attributes[key]);
  }
}
