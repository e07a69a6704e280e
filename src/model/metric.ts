import { CHECKED, checkItem, wrongField } from './checked.js';
import type { TelemetryError } from './errors.js';
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
  declare readonly metricId: string;
  /** When it was measured, to the millisecond; `otel.timeUnixNano` has the rest. */
  declare readonly timestamp: Date;
  /** What was measured. */
  declare readonly name: string;
  /** The measurement, in `unit`; may be `NaN` or infinite. */
  declare readonly value: number;
  /** Unit of measurement, as written by the caller; `undefined` if none was given. */
  declare readonly unit: string | undefined;
  /** Tags; `undefined` if there are none. */
  declare readonly tags: Tags | undefined;
  /** What OpenTelemetry knows beyond; `undefined` if nothing is. */
  declare readonly otel: MetricOtel | undefined;

  /** @internal */
  constructor(init: Required<TelemetryMetricInit>, checked: typeof CHECKED);
  /** @throws TelemetryError `RIMP_INVALID_ARGUMENT` if a field has the wrong type. */
  constructor(init: TelemetryMetricInit);
  constructor(init: TelemetryMetricInit, checked?: typeof CHECKED) {
    if (checked !== CHECKED) check(init);
    this.metricId = init.metricId ?? newId(Date.now());
    this.timestamp = init.timestamp ?? new Date();
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

function check(init: TelemetryMetricInit): void {
  checkItem('TelemetryMetric', init);
  const { metricId, name, value, unit } = init;
  if (typeof name !== 'string') throw wrong('name', 'a string', name);
  if (typeof value !== 'number') throw wrong('value', 'a number', value);
  if (metricId !== undefined && typeof metricId !== 'string') throw wrong('metricId', 'a string', metricId);
  if (unit !== undefined && unit !== null && typeof unit !== 'string') throw wrong('unit', 'a string', unit);
}

function wrong(field: string, expected: string, value: unknown): TelemetryError {
  return wrongField('TelemetryMetric', field, expected, value);
}
