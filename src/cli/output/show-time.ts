/** A time as people read it, in the local zone or in UTC: `2026-11-01 12:00:00.000`. */
export function showTime(time: Date, isUtc: boolean): string {
  if (Number.isNaN(time.getTime())) return 'no time';
  if (isUtc) return time.toISOString().replace('T', ' ');
  const two = (number: number): string => String(number).padStart(2, '0');
  const day = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  const clock = `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
  return `${day} ${clock}.${String(time.getMilliseconds()).padStart(3, '0')}`;
}

/** The same without the day if it is that of `now`. */
export function showTimeOfDay(time: Date, isUtc: boolean, now: Date): string {
  const text = showTime(time, isUtc);
  return text.slice(0, 10) === showTime(now, isUtc).slice(0, 10) ? text.slice(11) : text;
}
