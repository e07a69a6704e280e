import { normaliseMetadata } from '../codec/normalise.js';
import { TelemetryEvent as Event } from '../model/event.js';
import type { EventType } from '../model/event-type.js';
import { TelemetryMetric as Metric, type Tags } from '../model/metric.js';
import type { Optional } from './config.js';
import { inPython } from './python-names.js';

/** The keyword arguments of {@link TelemetryEvent}. */
export interface TelemetryEventArguments {
  /** Its id, unique. */
  readonly event_id: string;
  /** When it happened. */
  readonly timestamp: Date;
  /** How severe it is. */
  readonly event_type: EventType;
  /** What it comes from. */
  readonly source: string;
  /** What happened. */
  readonly message: string;
  /** Anything that belongs to it, by key; default none. */
  readonly metadata?: Optional<object>;
}

/** An event made by hand, with keyword arguments as one object. Every event has `event_id` and `event_type`. */
export class TelemetryEvent extends Event {
  constructor(fields: TelemetryEventArguments) {
    const { event_id, event_type, timestamp, source, message, metadata } = fields;
    const given = { eventId: event_id, eventType: event_type, timestamp, source, message };
    try {
      super({ ...given, metadata: normaliseMetadata(metadata).value });
    } catch (error) {
      throw inPython(error);
    }
  }

  /** Whatever made it, an event is one. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return Function.prototype[Symbol.hasInstance].call(Event, value);
  }
}

/** The keyword arguments of {@link TelemetryMetric}. */
export interface TelemetryMetricArguments {
  /** Its id, unique. */
  readonly metric_id: string;
  /** When it was measured. */
  readonly timestamp: Date;
  /** What is measured. */
  readonly name: string;
  /** The measurement, in `unit`. */
  readonly value: number;
  /** The unit, as people write it; default none. */
  readonly unit?: Optional<string>;
  /** What the measurement belongs to; default none. */
  readonly tags?: Optional<Tags>;
}

/** A metric made by hand, with keyword arguments as one object. Every metric has `metric_id`. */
export class TelemetryMetric extends Metric {
  constructor(fields: TelemetryMetricArguments) {
    const { metric_id, timestamp, name, value, unit, tags } = fields;
    try {
      super({ metricId: metric_id, timestamp, name, value, unit, tags });
    } catch (error) {
      throw inPython(error);
    }
  }

  /** Whatever made it, a metric is one. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return Function.prototype[Symbol.hasInstance].call(Metric, value);
  }
}
