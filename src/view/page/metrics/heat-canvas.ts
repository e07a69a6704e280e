import { colourOf } from '../ui/theme.js';
import { type HeatRow, type HeatRows, heatOf } from './heat-model.js';
import { AXIS_PIXELS } from './plot-options.js';
import type { ValueFormat } from './value-format.js';

interface HeatPlace {
  readonly heat: HeatRows;
  readonly times: readonly number[];
  readonly stepMillis: number;
  /** From and to when, in milliseconds. */
  readonly range: readonly [number, number];
}

/** Room at the right, as the plots above have it. */
const RIGHT_PIXELS = 12;
const EDGE_PIXELS = 8;
const LABEL_PIXELS = 16;

/** Draws a heat map into the whole of a canvas. */
export function drawHeatMap(canvas: HTMLCanvasElement, place: HeatPlace & { readonly format: ValueFormat }): void {
  const context = canvas.getContext('2d');
  const { clientWidth: width, clientHeight: height } = canvas;
  if (context === null || width === 0 || height === 0) return;
  const ratio = window.devicePixelRatio || 1;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  context.scale(ratio, ratio);
  const { heat, times, format } = place;
  context.fillStyle = colourOf('--series-1');
  const rowHeight = (height - 2 * EDGE_PIXELS) / heat.rows.length;
  for (const [fromBottom, { counts }] of heat.rows.entries()) {
    const top = height - EDGE_PIXELS - (fromBottom + 1) * rowHeight;
    for (const [index, count] of counts.entries()) {
      const at = times[index];
      if (count === 0 || at === undefined) continue;
      const [left, right] = [xOf(at, width, place), xOf(at + place.stepMillis, width, place)];
      if (right <= AXIS_PIXELS || left >= width - RIGHT_PIXELS) continue;
      const from = Math.max(AXIS_PIXELS, left);
      context.globalAlpha = heatOf(count, heat.greatest);
      context.fillRect(
        from,
        top,
        Math.max(1, Math.min(right, width - RIGHT_PIXELS) - from - 0.5),
        Math.max(1, rowHeight - 0.5),
      );
    }
  }
  context.globalAlpha = 1;
  drawBounds(context, heat, height, rowHeight, format);
}

/** The moment and bucket under the pointer. */
export function cellAt(
  event: MouseEvent,
  place: HeatPlace,
): { readonly at: number; readonly row: HeatRow; readonly count: number } | undefined {
  const canvas = event.currentTarget as HTMLCanvasElement;
  const { left, top, width, height } = canvas.getBoundingClientRect();
  const { heat, times, stepMillis, range } = place;
  const share = (event.clientX - left - AXIS_PIXELS) / (width - AXIS_PIXELS - RIGHT_PIXELS);
  const at = range[0] + share * (range[1] - range[0]);
  const index = times.findLastIndex((time) => time <= at);
  const fromBottom = Math.floor(
    ((height - EDGE_PIXELS - (event.clientY - top)) / (height - 2 * EDGE_PIXELS)) * heat.rows.length,
  );
  const row = heat.rows[fromBottom];
  const start = times[index];
  if (row === undefined || start === undefined || at >= start + stepMillis) return undefined;
  return { at: start, row, count: row.counts[index] ?? 0 };
}

/** Bounds between the rows, as many as there is room for. */
function drawBounds(
  context: CanvasRenderingContext2D,
  { rows }: HeatRows,
  height: number,
  rowHeight: number,
  format: ValueFormat,
): void {
  context.fillStyle = colourOf('--muted');
  context.font = '11px system-ui, sans-serif';
  context.textAlign = 'right';
  context.textBaseline = 'middle';
  const every = Math.max(1, Math.ceil(LABEL_PIXELS / rowHeight));
  for (const [index, { upper }] of rows.entries()) {
    if (upper === null || index % every !== 0) continue;
    context.fillText(format(upper), AXIS_PIXELS - 8, height - EDGE_PIXELS - (index + 1) * rowHeight);
  }
}

function xOf(at: number, width: number, { range }: HeatPlace): number {
  const span = Math.max(1, range[1] - range[0]);
  return AXIS_PIXELS + ((at - range[0]) / span) * (width - AXIS_PIXELS - RIGHT_PIXELS);
}
