import type { MetricOtel } from '../../model/otel-fields.js';
import type { DataPointLike } from '../sdk-types.js';
import { knownTimeFromHr, nanosFromHr } from './hr-time.js';

/** When a point was measured, and the `otel` part that says so. */
export interface PointTime {
  /** In milliseconds since the Unix epoch; `undefined` if it is not known. */
  readonly millis: number | undefined;
  /** Frozen, as points share it. */
  readonly otel: MetricOtel;
}

/** The times of the points of one metric: those of one collection mostly have the same, and are read once. */
export class PointTimes {
  readonly #common: MetricOtel;
  #last: PointTime | undefined;
  /** Seconds and nanoseconds of the last start and end. */
  #of: readonly (number | undefined)[] = [];

  /** @param common - the `otel` part of all points. */
  constructor(common: MetricOtel) {
    this.#common = common;
  }

  of(point: DataPointLike): PointTime {
    const { startTime, endTime } = point;
    const [startSeconds, startNanos, endSeconds, endNanos] = this.#of;
    if (
      this.#last !== undefined &&
      endTime?.[0] === endSeconds &&
      endTime?.[1] === endNanos &&
      startTime?.[0] === startSeconds &&
      startTime?.[1] === startNanos
    )
      return this.#last;
    this.#of = [startTime?.[0], startTime?.[1], endTime?.[0], endTime?.[1]];
    this.#last = this.#read(point);
    return this.#last;
  }

  #read(point: DataPointLike): PointTime {
    const time = knownTimeFromHr(point.endTime);
    const start = nanosFromHr(point.startTime);
    const otel: { -readonly [K in keyof MetricOtel]: MetricOtel[K] } = { ...this.#common };
    if (start !== undefined && start > 0n && otel.temporality !== undefined) otel.startTimeUnixNano = start.toString();
    if (time?.timeUnixNano !== undefined) otel.timeUnixNano = time.timeUnixNano;
    return { millis: time?.date.getTime(), otel: Object.freeze(otel) };
  }
}
