import { ATTR_UID } from '../model/attribute-names.js';
import type { TelemetryEvent } from '../model/event.js';
import type { InFlight } from '../runtime/shared-state.js';
import type { EventDraft, SpanIds } from './event-draft.js';
import type { Context, HrTime, LogRecordLike, ResourceLike } from './sdk-types.js';

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
  /** The attributes that the record was emitted with. */
  attributes: Readonly<Record<string, unknown>> | undefined;
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
    const { event, draft } = this;
    if (event === undefined) return false;
    const uid = uidOf(record);
    if (uid === event.eventId) return true;
    if (millisOf(record.hrTime) !== event.timestamp.getTime()) return false;
    // a limit of the provider's cut the id
    if (typeof uid === 'string' && uid !== '') return event.eventId.startsWith(uid);
    // nothing is left of it, or a processor took it away: the time and the scope identify it
    return (uid ?? '') === '' && record.instrumentationScope.name === draft.source;
  }
}

/** The id of the event that a record is of. */
export function uidOf(record: LogRecordLike): unknown {
  return (record.attributes as Record<string, unknown>)[ATTR_UID];
}

/** Milliseconds since the Unix epoch. */
export function millisOf([seconds, nanos]: HrTime): number {
  return seconds * 1000 + Math.floor(nanos / 1e6);
}
