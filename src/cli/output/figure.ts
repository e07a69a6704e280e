/** A number with four significant digits, its thousands apart; very large and very small ones with an exponent. */
export function figure(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e15)) return value.toExponential(3);
  if (size >= 1_000) return Math.round(value).toLocaleString('en-US');
  return String(Number(value.toPrecision(4)));
}

/** A length of time with three significant digits: `12.3 ms`, `1.25 s`. */
export function shortDuration(millis: number): string {
  return millis < 999.5
    ? `${Number(millis.toPrecision(3))} ms`
    : `${figure(Number((millis / 1_000).toPrecision(3)))} s`;
}
