const two = (value: number) => String(value).padStart(2, '0');

/** The local time of day, to the millisecond: `14:03:07.120`. */
export function timeOfDay(date: Date): string {
  const millis = String(date.getMilliseconds()).padStart(3, '0');
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${millis}`;
}

/** The local day: `2026-11-27`. */
export function dayOf(date: Date): string {
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** A time as an input of the type `datetime-local` takes it; `undefined` of what is no ISO 8601. */
export function toLocalInput(iso: string): string | undefined {
  if (iso === '') return '';
  const date = new Date(iso);
  if (!/^\d{4}-\d\d/.test(iso) || Number.isNaN(date.getTime())) return undefined;
  return `${dayOf(date)}T${timeOfDay(date).replace(/\.000$/, '')}`;
}

/** The time that such an input holds, as ISO 8601 in UTC; `''` if it holds none. */
export function fromLocalInput(value: string): string {
  const date = new Date(value);
  return value === '' || Number.isNaN(date.getTime()) ? '' : date.toISOString();
}

/** A time in UTC as ISO 8601, with nanoseconds if they are known. */
export function utcOf(iso: string, unixNano?: string): string {
  if (unixNano === undefined || !/^\d{10,20}$/.test(unixNano)) return iso;
  const whole = new Date(Number(BigInt(unixNano) / 1_000_000n));
  if (Number.isNaN(whole.getTime())) return iso;
  return `${whole.toISOString().slice(0, 19)}.${unixNano.slice(-9)}Z`;
}

const STEPS: readonly (readonly [number, string])[] = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1_000, 's'],
];

/** How long ago a time was, roughly: `now`, `12 s ago`, `3 h ago`. */
export function agoOf(millis: number): string {
  for (const [step, unit] of STEPS) if (millis >= step) return `${Math.floor(millis / step)} ${unit} ago`;
  return 'now';
}

/** A duration with a unit that suits it: `850 µs`, `12.3 ms`, `4.56 s`, `2 min 5 s`. */
export function durationText(millis: number): string {
  if (millis === 0) return '0 ms';
  const size = Math.abs(millis);
  if (size < 0.001) return `${rounded(millis * 1e6)} ns`;
  if (size < 1) return `${rounded(millis * 1e3)} µs`;
  if (size < 1_000) return `${rounded(millis)} ms`;
  if (size < 60_000) return `${rounded(millis / 1_000)} s`;
  if (size < 3_600_000) return `${Math.trunc(millis / 60_000)} min ${Math.round((size % 60_000) / 1_000)} s`;
  return `${Math.trunc(millis / 3_600_000)} h ${Math.round((size % 3_600_000) / 60_000)} min`;
}

function rounded(value: number): string {
  return String(Number(value.toPrecision(3)));
}
