import { ATTR_UID } from '../model/attribute-names.js';
import type { TelemetryEvent } from '../model/event.js';
import type { InFlight } from '../runtime/shared-state.js';
import type { EventDraft, SpanIds } from './event-draft.js';
import { FACADE_SCOPE } from './instruments/facade-scope.js';
import type { Context, HrTime, LogRecordLike, LogRecordToEmit, ResourceLike } from './sdk-types.js';

/** Who emits an event: the bridge of a collector. */
export interface EventOwner {
  /**
   * Completes the draft of a flight, and remembers the event there. A method, not a function for each owner: V8 inlines
   * it although there are several.
   *
   * @param resource - of the provider, if it is known.
   */
  complete(flight: EventInFlight, resource?: ResourceLike): TelemetryEvent;
}

/** An event of a facade's own, while its logger's `emit` runs. */
export class EventInFlight implements InFlight {
  /** The event; `undefined` as long as the draft is not completed. */
  event: TelemetryEvent | undefined;
  /** What the logger was given, if the record was not made here. */
  emitted: LogRecordToEmit | undefined;
  /** The record, if it was made here rather than by the logger. */
  record: object | undefined;
  /** The active span, if there is one, once the draft is completed. */
  span: SpanIds | undefined;
  /** When the draft was completed, in milliseconds since the Unix epoch. */
  nowMillis = 0;
  /** Whether a processor of the owner's has taken the record. */
  taken = false;

  /** @param owner - the bridge of the collector that emits. */
  constructor(
    readonly owner: EventOwner,
    readonly draft: EventDraft,
    readonly context: Context,
  ) {}

  /** Whether a record, given to a processor while the event is being emitted, is that event's. */
  isOf(record: LogRecordLike): boolean {
    if (this.record !== undefined) return record === this.record;
    const { event, emitted, draft } = this;
    if (event === undefined || emitted === undefined) return false;
    const uid = uidOf(record);
    if (uid === event.eventId) return true;
    // a processor changed the id or took it away, or a limit of the provider's cut it
    const scope = record.instrumentationScope?.name;
    const isOfScope = scope === draft.source || scope === FACADE_SCOPE;
    // the SDKs keep the very array: a record that somebody else emits meanwhile, at the same time, has another
    if (record.hrTime === emitted.timestamp) return isOfScope;
    // of a copy of the record, which a processor hands on, the rest has to agree
    if (!isSameTime(record.hrTime, emitted.timestamp)) return false;
    if (typeof uid === 'string' && uid !== '' && event.eventId.startsWith(uid)) return true;
    return isOfScope && record.body === emitted.body && record.severityNumber === emitted.severityNumber;
  }
}

/** The id of the event that a record is of. */
export function uidOf(record: LogRecordLike): unknown {
  return (record.attributes as Record<string, unknown>)[ATTR_UID];
}

function isSameTime(a: HrTime | undefined, b: HrTime | undefined): boolean {
  return a?.[0] === b?.[0] && a?.[1] === b?.[1];
}
