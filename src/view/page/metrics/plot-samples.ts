import uPlot from 'uplot';
import { colourOf } from '../ui/theme.js';

/** One exact measurement. */
export interface PlotSample {
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
  readonly value: number;
  /** Number of its line's colour. */
  readonly series: number;
  readonly id: string;
}

const RADIUS_PIXELS = 2.5;
/** How far from a dot a click may be. */
const REACH_PIXELS = 9;

/** Draws measurements as dots over the lines. */
export function drawSamples(plot: uPlot, samples: readonly PlotSample[]): void {
  if (samples.length === 0) return;
  const { ctx, bbox } = plot;
  const { pxRatio } = uPlot;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.globalAlpha = 0.75;
  const colours = new Map<number, string>();
  for (const { at, value, series } of samples) {
    const colour = colours.get(series) ?? colourOf(`--series-${series}`);
    colours.set(series, colour);
    ctx.fillStyle = colour;
    ctx.beginPath();
    ctx.arc(plot.valToPos(at, 'x', true), plot.valToPos(value, 'y', true), RADIUS_PIXELS * pxRatio, 0, 2 * Math.PI);
    ctx.fill();
  }
  ctx.restore();
}

/** Marks a moment by a line from top to bottom. */
export function drawMoment(plot: uPlot, at: number | undefined): void {
  if (at === undefined) return;
  const { ctx, bbox } = plot;
  const x = plot.valToPos(at, 'x', true);
  if (x < bbox.left || x > bbox.left + bbox.width) return;
  ctx.save();
  ctx.strokeStyle = colourOf('--accent');
  ctx.lineWidth = uPlot.pxRatio;
  ctx.beginPath();
  ctx.moveTo(x, bbox.top);
  ctx.lineTo(x, bbox.top + bbox.height);
  ctx.stroke();
  ctx.restore();
}

/** The measurement whose dot is next to a place of the plotting area. */
export function sampleAt(plot: uPlot, samples: readonly PlotSample[], x: number, y: number): PlotSample | undefined {
  let nearest: PlotSample | undefined;
  let reach = REACH_PIXELS;
  for (const sample of samples) {
    const distance = Math.hypot(plot.valToPos(sample.at, 'x') - x, plot.valToPos(sample.value, 'y') - y);
    if (distance > reach) continue;
    reach = distance;
    nearest = sample;
  }
  return nearest;
}
