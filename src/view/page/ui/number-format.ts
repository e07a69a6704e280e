/** A count with its thousands apart: `12,345`. */
export function countText(count: number): string {
  return count.toLocaleString('en-GB');
}

/** A count and its word: `1 span`, `2 spans`. */
export function counted(count: number, word: string, words = `${word}s`): string {
  return `${countText(count)} ${count === 1 ? word : words}`;
}

/** Items a second: `0.4/s`, `1,250/s`. */
export function rateText(perSecond: number): string {
  const shown = perSecond >= 10 ? Math.round(perSecond) : Number(perSecond.toFixed(1));
  return `${countText(shown)}/s`;
}

/** A number with three or four digits that matter: `0.00012`, `12.35`, `12,345`, `1.235e+21`. */
export function numberText(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e15 || size < 1e-6)) return value.toExponential(3);
  return value.toLocaleString('en-GB', size >= 1000 ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: 4 });
}
