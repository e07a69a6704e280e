import type { AnyValueMap } from './any-value.js';
import { CHECKED, checkItem, wrongField } from './checked.js';
import type { TelemetryError } from './errors.js';
import { EventType } from './event-type.js';
import { newId } from './id.js';
import { keepShape } from './kept-shapes.js';
import type { EventOtel } from './otel-fields.js';

/** The fields of a {@link TelemetryEvent}. */
export interface TelemetryEventInit {
  /** Unique id; default: a new UUID of version 7. */
  readonly eventId?: string | undefined;
  /** When it happened; default: now. */
  readonly timestamp?: Date | undefined;
  /** How severe it is; default `EventType.INFO`. */
  readonly eventType?: EventType | undefined;
  /** The application or component that it is about. */
  readonly source: string;
  /** What happened. */
  readonly message: string;
  /** Whatever else is known, as values that OpenTelemetry allows. */
  readonly metadata?: AnyValueMap | null | undefined;
  /** What OpenTelemetry knows beyond. */
  readonly otel?: EventOtel | undefined;
}

const TYPES: ReadonlySet<unknown> = new Set(Object.values(EventType));

/** Something that happened in an application. */
export class TelemetryEvent {
  /** Unique id. */
  declare readonly eventId: string;
  /** When it happened, to the millisecond; `otel.timeUnixNano` has the rest. */
  declare readonly timestamp: Date;
  /** How severe it is. */
  declare readonly eventType: EventType;
  /** The application or component that it is about. */
  declare readonly source: string;
  /** What happened. */
  declare readonly message: string;
  /** Whatever else is known; `undefined` if nothing is. */
  declare readonly metadata: AnyValueMap | undefined;
  /** What OpenTelemetry knows beyond; `undefined` if nothing is. */
  declare readonly otel: EventOtel | undefined;

  /** @internal */
  constructor(init: Required<TelemetryEventInit>, checked: typeof CHECKED);
  /** @throws TelemetryError `RIMP_INVALID_ARGUMENT` if a field has the wrong type. */
  constructor(init: TelemetryEventInit);
  constructor(init: TelemetryEventInit, checked?: typeof CHECKED) {
    if (checked !== CHECKED) check(init);
    this.eventId = init.eventId ?? newId(Date.now());
    this.timestamp = init.timestamp ?? new Date();
    this.eventType = init.eventType ?? EventType.INFO;
    this.source = init.source;
    this.message = init.message;
    this.metadata = init.metadata ?? undefined;
    this.otel = init.otel;
  }

  /** Python's name of {@link eventId}, for ported code. */
  get event_id(): string {
    return this.eventId;
  }

  /** Python's name of {@link eventType}, for ported code. */
  get event_type(): EventType {
    return this.eventType;
  }
}

keepShape(new TelemetryEvent({ eventId: '', source: '', message: '' }));

function check(init: TelemetryEventInit): void {
  checkItem('TelemetryEvent', init);
  const { eventId, eventType, source, message } = init;
  if (typeof source !== 'string') throw wrong('source', 'a string', source);
  if (typeof message !== 'string') throw wrong('message', 'a string', message);
  if (eventId !== undefined && typeof eventId !== 'string') throw wrong('eventId', 'a string', eventId);
  if (!TYPES.has(eventType ?? EventType.INFO))
    throw wrong('eventType', "'info', 'warning', 'error' or 'debug'", eventType);
}

function wrong(field: string, expected: string, value: unknown): TelemetryError {
  return wrongField('TelemetryEvent', field, expected, value);
}
