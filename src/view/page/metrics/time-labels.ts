import { dayOf, timeOfDay } from '../ui/time-format.js';

/** Local times along an axis whose labels are `stepMillis` apart, as short as they can be told apart. */
export function timeLabel(millis: number, stepMillis: number): string {
  const date = new Date(millis);
  const time = timeOfDay(date);
  if (stepMillis >= 86_400_000) return dayOf(date).slice(5);
  if (stepMillis >= 60_000) return time.startsWith('00:00') ? dayOf(date).slice(5) : time.slice(0, 5);
  return stepMillis >= 1_000 ? time.slice(0, 8) : time;
}
