import { show, TelemetryError } from './errors.js';
import { newId } from './id.js';
import { keepShape } from './kept-shapes.js';
import type { MetricOtel } from './otel-fields.js';

/** The value of a tag. */
export type TagValue = string | number | boolean;

/** Tags of a metric: for filtering and grouping. */
export interface Tags {
  readonly [key: string]: TagValue;
}

/** The fields of a {@link TelemetryMetric}. */
export interface TelemetryMetricInit {
  /** Unique id; default: a new UUID of version 7. */
  readonly metricId?: string | undefined;
  /** When it was measured; default: now. */
  readonly timestamp?: Date | undefined;
  /** What was measured. */
  readonly name: string;
  /** The measured value; NaN and ±Infinity are kept. */
  readonly value: number;
  /** Unit of measurement, as written by the caller. */
  readonly unit?: string | null | undefined;
  /** What the measurement belongs to; default none. */
  readonly tags?: Tags | null | undefined;
  /** What OpenTelemetry knows beyond. */
  readonly otel?: MetricOtel | undefined;
}

/** A numeric measurement. */
export class TelemetryMetric {
  /** Unique id. */
  readonly metricId: string;
  /** When it was measured, to the millisecond; `otel.timeUnixNano` has the rest. */
  readonly timestamp: Date;
  /** What was measured. */
  readonly name: string;
  /** The measurement, in `unit`; may be `NaN` or infinite. */
  readonly value: number;
  /** Unit of measurement, as written by the caller; `undefined` if none was given. */
  readonly unit: string | undefined;
  /** Tags; `undefined` if there are none. */
  readonly tags: Tags | undefined;
  /** What OpenTelemetry knows beyond; `undefined` if nothing is. */
  readonly otel: MetricOtel | undefined;

  /** @throws TelemetryError `RIMP_INVALID_ARGUMENT` if a field has the wrong type. */
  constructor(init: TelemetryMetricInit) {
    if (typeof init !== 'object' || init === null) throw wrong('init', 'an object with its fields', init);
    const timestamp = init.timestamp ?? new Date();
    if (!(timestamp instanceof Date) || Number.isNaN(timestamp.getTime()))
      throw wrong('timestamp', 'a valid Date', timestamp);
    if (typeof init.name !== 'string') throw wrong('name', 'a string', init.name);
    if (typeof init.value !== 'number') throw wrong('value', 'a number', init.value);
    if (init.metricId !== undefined && typeof init.metricId !== 'string')
      throw wrong('metricId', 'a string', init.metricId);
    if (init.unit !== undefined && init.unit !== null && typeof init.unit !== 'string')
      throw wrong('unit', 'a string', init.unit);
    this.metricId = init.metricId ?? newId(Date.now());
    this.timestamp = timestamp;
    this.name = init.name;
    this.value = init.value;
    this.unit = init.unit ?? undefined;
    this.tags = init.tags ?? undefined;
    this.otel = init.otel;
  }

  /** Python's name of {@link metricId}, for ported code. */
  get metric_id(): string {
    return this.metricId;
  }
}

keepShape(new TelemetryMetric({ metricId: '', name: '', value: 0.5 }));

function wrong(field: string, expected: string, value: unknown): TelemetryError {
  return new TelemetryError(
    'RIMP_INVALID_ARGUMENT',
    `TelemetryMetric: expected "${field}" to be ${expected}, got ${show(value)}`,
  );
}
