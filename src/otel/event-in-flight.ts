import { ATTR_UID } from '../model/attribute-names.js';
import type { TelemetryEvent } from '../model/event.js';
import type { InFlight } from '../runtime/shared-state.js';
import type { EventDraft, SpanIds } from './event-draft.js';
import type { Context, LogRecordLike, LogRecordToEmit, ResourceLike } from './sdk-types.js';
import { loadFromOtel } from './transform/on-demand.js';

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
    if (uidOf(record) === event.eventId) return true;
    return loadFromOtel().isChangedRecordOf(event, draft.source, emitted, record);
  }
}

/** The id of the event that a record is of. */
export function uidOf(record: LogRecordLike): unknown {
  return (record.attributes as Record<string, unknown>)[ATTR_UID];
}
