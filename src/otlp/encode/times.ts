import type { HrTime } from '../../otel/sdk-types.js';
import { hrFromNanos, hrFromTime } from '../../otel/transform/hr-time.js';

/** Which OTLP takes for unknown. */
export const NO_TIME: HrTime = [0, 0];
/** The last time of 64 bits, in the year 2554. */
const LAST: HrTime = hrFromNanos(2n ** 64n - 1n);

/** A time as OTLP has it: 64 bits of unsigned nanoseconds, of which 0 means unknown. */
export function timeOf(date: Date, timeUnixNano: string | undefined): HrTime {
  return inRange(hrFromTime(date, timeUnixNano));
}

/** The same of nanoseconds since the Unix epoch, as decimal text. */
export function timeOfText(nanos: string): HrTime {
  return /^\d{1,20}$/.test(nanos) ? inRange(hrFromNanos(BigInt(nanos))) : NO_TIME;
}

function inRange(time: HrTime): HrTime {
  const [seconds, nanos] = time;
  const isBeyond = seconds > LAST[0] || (seconds === LAST[0] && nanos > LAST[1]);
  return seconds < 0 || isBeyond ? NO_TIME : time;
}
