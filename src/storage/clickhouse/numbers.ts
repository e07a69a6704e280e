/** Numbers that JSON has no form for as text, which the columns take. */
export function numberCell(value: number): number | string {
  return Number.isFinite(value) && !Object.is(value, -0) ? value : numberText(value);
}

/** A number as text that a column takes. */
export function numberText(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (Number.isFinite(value)) return Object.is(value, -0) ? '-0' : String(value);
  return value > 0 ? 'inf' : '-inf';
}

/** A number of a column, as text. */
export function numberOf(text: string): number {
  switch (text) {
    case 'nan':
      return Number.NaN;
    case 'inf':
      return Number.POSITIVE_INFINITY;
    case '-inf':
      return Number.NEGATIVE_INFINITY;
    default:
      return Number(text);
  }
}
