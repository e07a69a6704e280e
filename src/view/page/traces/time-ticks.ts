/** Round offsets along a duration, from 0 on: at most `most` steps of 1, 2 or 5 times a power of ten. */
export function timeTicks(duration: number, most: number): readonly number[] {
  if (!(duration > 0) || !Number.isFinite(duration)) return [0];
  const rough = duration / Math.max(1, most);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough) ?? rough;
  return Array.from({ length: Math.floor(duration / step + 1e-9) + 1 }, (_, index) => index * step);
}
