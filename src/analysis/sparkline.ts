const BARS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;

/** Draws a series, one character a value: a space if it is 0 or no number, else a bar from `▁` up to the greatest, `█`. */
export function sparkline(series: readonly number[]): string {
  const greatest = series.reduce((max, value) => (value > max ? value : max), 0);
  return series.map((value) => (value > 0 ? BARS[Math.min(7, Math.floor((value / greatest) * 8))] : ' ')).join('');
}
