import type { Timestamp } from '../codec/timestamp.js';
import type { AnyValueMap } from '../model/any-value.js';
import { EVENT_NAME_KEY } from '../model/attribute-names.js';
import { CHECKED } from '../model/checked.js';
import { TelemetryEvent } from '../model/event.js';
import type { EventType } from '../model/event-type.js';
import { newId } from '../model/id.js';
import type { EventOtel } from '../model/otel-fields.js';
import { dateOn, systemClock } from '../runtime/system-clock.js';
import { bareOtel } from './bare-otel.js';

/** The ids of an active span. */
export interface SpanIds {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceFlags: number;
}

/** What a call site said of an event, made plain: all but its id, its time and its surroundings. */
export class EventDraft {
  constructor(
    readonly source: string,
    readonly message: string,
    readonly eventType: EventType,
    public metadata: AnyValueMap | undefined,
    /** If the metadata are nothing but text, finite numbers and booleans under plain keys: how many. */
    readonly flatKeys: number | undefined,
    /** An estimate of the memory that the metadata take, if it was made while they were copied. */
    readonly metadataBytes: number | undefined,
    /** Whether a key can be added to the metadata at once. */
    readonly grows: boolean | undefined,
    /** How much of the metadata could not be copied. */
    readonly lost: number,
    /** When it was collected, in milliseconds since the Unix epoch; `undefined` if whoever completes it reads the clock. */
    readonly nowMillis: number | undefined,
    /** When it happened, if the call site said so. */
    readonly time: Timestamp | undefined,
  ) {}

  /** The time of the event, if it is collected now. */
  collectedNow(): Date {
    return this.nowMillis === undefined ? dateOn(systemClock) : new Date(this.nowMillis);
  }

  /** The name of the log record; metadata that are flat have none. */
  get eventName(): string | undefined {
    if (this.flatKeys !== undefined) return undefined;
    const name = this.metadata?.[EVENT_NAME_KEY];
    return typeof name === 'string' && name !== '' ? name : undefined;
  }

  /**
   * The metadata, which are flat, as attributes of the record: to be changed by whoever takes them. What was copied at
   * the call site takes a further key at once, and a clone does not: so the event gets a clone.
   */
  takeAttributes(): Record<string, unknown> {
    const { metadata } = this;
    if (metadata === undefined) return {};
    if (this.grows !== true) return Object.assign({}, metadata);
    this.metadata = { ...metadata };
    return metadata as Record<string, unknown>;
  }

  /**
   * The event.
   *
   * @param now - when it was collected: the time of its id.
   * @param span - the active span, if there is one.
   * @param resource - what goes along with it in `otel.resource`.
   */
  complete(now: Date, span: SpanIds | undefined, resource: AnyValueMap): TelemetryEvent {
    const { time, lost, eventName } = this;
    const isBare = span === undefined && eventName === undefined && lost === 0 && time?.timeUnixNano === undefined;
    const fields = {
      eventId: newId(now.getTime()),
      timestamp: time?.date ?? now,
      eventType: this.eventType,
      source: this.source,
      message: this.message,
      metadata: this.metadata,
      otel: isBare ? bareOtel(resource) : fullOtel(this, span, resource),
    };
    return new TelemetryEvent(fields, CHECKED);
  }
}

function fullOtel(draft: EventDraft, span: SpanIds | undefined, resource: AnyValueMap): EventOtel {
  const otel: { -readonly [K in keyof EventOtel]: EventOtel[K] } = { resource };
  if (span !== undefined) {
    otel.traceId = span.traceId;
    otel.spanId = span.spanId;
    otel.traceFlags = span.traceFlags;
  }
  const { eventName, lost, time } = draft;
  if (eventName !== undefined) otel.eventName = eventName;
  if (lost > 0) otel.droppedAttributesCount = lost;
  if (time?.timeUnixNano !== undefined) otel.timeUnixNano = time.timeUnixNano;
  return otel;
}
