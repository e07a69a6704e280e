import type { MetricOtel } from '../../model/otel-fields.js';
import type { DataPointLike, HrTime } from '../sdk-types.js';
import { knownTimeFromHr, nanosFromHr } from './hr-time.js';

/** When a point was measured, and the `otel` part that says so. */
export interface PointTime {
  /** In milliseconds since the Unix epoch; `undefined` if it is not known. */
  readonly millis: number | undefined;
  /** Frozen, as points share it. */
  readonly otel: MetricOtel;
}

/**
 * Whether two points have the same times: those of one collection mostly do, and their times are read once.
 *
 * The SDKs give them one array; what is decoded has others with the same numbers.
 */
export function haveSameTimes(a: DataPointLike, b: DataPointLike): boolean {
  return isSame(a.endTime, b.endTime) && isSame(a.startTime, b.startTime);
}

/** @param common - the `otel` part of all points of a metric. */
export function timeOfPoint(point: DataPointLike, common: MetricOtel): PointTime {
  const time = knownTimeFromHr(point.endTime);
  const start = nanosFromHr(point.startTime);
  const otel: { -readonly [K in keyof MetricOtel]: MetricOtel[K] } = { ...common };
  if (start !== undefined && start > 0n && otel.temporality !== undefined) otel.startTimeUnixNano = start.toString();
  if (time?.timeUnixNano !== undefined) otel.timeUnixNano = time.timeUnixNano;
  return { millis: time?.date.getTime(), otel: Object.freeze(otel) };
}

function isSame(a: HrTime | undefined, b: HrTime | undefined): boolean {
  return a === b || (a?.[0] === b?.[0] && a?.[1] === b?.[1]);
}
