import type { VNode } from 'preact';
import { valueRange } from './chart-model.js';

const WIDTH = 200;
const HEIGHT = 40;

/** Values as a small line; a gap if one is missing. */
export function SparkLine({ values }: { readonly values: readonly (number | null)[] }): VNode {
  const [min, max] = valueRange([values]);
  const step = WIDTH / Math.max(1, values.length - 1);
  let path = '';
  let isOpen = false;
  for (const [index, value] of values.entries()) {
    if (value === null) {
      isOpen = false;
      continue;
    }
    const height = (Math.min(Math.max(value, min), max) - min) / (max - min);
    const y = HEIGHT - 2 - height * (HEIGHT - 4);
    const x = index * step;
    // a line of a point alone is a dot
    path += isOpen ? `L${x.toFixed(1)} ${y.toFixed(1)}` : `M${x.toFixed(1)} ${y.toFixed(1)}h0.1`;
    isOpen = true;
  }
  return (
    <svg class="spark-line" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
      <path d={path} vector-effect="non-scaling-stroke" />
    </svg>
  );
}
