import type uPlot from 'uplot';
import { colourOf } from '../ui/theme.js';
import { isAlone, type PlotLine, usualDistance, valueRange } from './chart-model.js';
import { drawMoment, drawSamples, type PlotSample, sampleAt } from './plot-samples.js';
import { timeLabel } from './time-labels.js';
import type { ValueFormat } from './value-format.js';

/** What a plot shows, and what it calls back. */
export interface PlotContent {
  /** Milliseconds since the Unix epoch, ascending. */
  readonly times: readonly number[];
  readonly lines: readonly PlotLine[];
  readonly samples: readonly PlotSample[];
  /** From and to when, in milliseconds. */
  readonly range: readonly [number, number];
  /** The moment that is marked, in milliseconds. */
  readonly picked: number | undefined;
  readonly format: ValueFormat;
  /** Whether values are bytes, whose axis has steps of powers of two. */
  readonly isBinary: boolean;
  /** Plots with the same name show the same moment under the pointer. */
  readonly sync: string;
  readonly onHover: (index: number | undefined) => void;
  readonly onBrush: (from: number, to: number) => void;
  readonly onPick: (millis: number, sample: PlotSample | undefined) => void;
}

/** Room for the labels of the vertical axis, the same in every chart, so that those below one another agree. */
export const AXIS_PIXELS = 72;
const POWERS_OF_TWO = Array.from({ length: 70 }, (_, index) => 2 ** (index - 6));
/** A selection that is narrower was meant as a click. */
const LEAST_BRUSH_PIXELS = 5;

export function plotOptions(content: () => PlotContent, width: number, height: number): uPlot.Options {
  const [muted, border] = [colourOf('--muted'), colourOf('--border')];
  const axis = { stroke: muted, font: '11px system-ui, sans-serif', ticks: { show: false } };
  const grid = { stroke: border, width: 1 };
  return {
    width,
    height,
    ms: 1,
    legend: { show: false },
    padding: [8, 12, 0, 0],
    scales: {
      x: { time: true, range: () => [...content().range] },
      y: {
        range: () => {
          const { lines, samples } = content();
          return [...valueRange([...lines.map(({ values }) => values), samples.map(({ value }) => value)])];
        },
      },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        values: (_plot, splits, _axis, _space, step) => splits.map((at) => timeLabel(at, step)),
        space: 76,
        size: 28,
      },
      {
        ...axis,
        grid,
        size: AXIS_PIXELS,
        space: 34,
        values: (_plot, splits) => splits.map((value) => content().format(value)),
        ...(content().isBinary ? { incrs: POWERS_OF_TWO } : {}),
      },
    ],
    series: [{}, ...content().lines.map((line, index) => seriesOf(line, () => content().lines[index]?.values ?? []))],
    cursor: {
      drag: { x: true, y: false, setScale: false },
      sync: { key: content().sync },
      points: { size: 7 },
    },
    hooks: {
      draw: [(plot) => drawSamples(plot, content().samples), (plot) => drawMoment(plot, content().picked)],
      setCursor: [({ cursor }) => content().onHover(cursor.idx ?? undefined)],
      setSelect: [(plot) => onSelect(plot, content())],
      ready: [(plot) => plot.over.addEventListener('click', (event) => onClick(plot, content(), event))],
    },
  };
}

function seriesOf({ label, series }: PlotLine, values: () => PlotLine['values']): uPlot.Series {
  const colour = colourOf(`--series-${series}`);
  return {
    label,
    stroke: colour,
    width: 1.5,
    // a line goes on over steps without a value, unless so many are without one that something is missing
    gaps: (plot, _series, _from, _to, gaps) =>
      gaps.filter(([from, to]) => to - from > reachOf(values()) * stepOf(plot)),
    // a value that no line leads to is a dot
    points: {
      show: true,
      size: 5,
      fill: colour,
      filter: () => {
        const all = values();
        const reach = reachOf(all);
        return all.flatMap((_, index) => (isAlone(all, index, reach) ? [index] : []));
      },
    },
  };
}

/** How many steps from one value to the next a line goes on over. */
function reachOf(values: PlotLine['values']): number {
  return Math.ceil(usualDistance(values) * 2.5);
}

/** The width of a step, in pixels of the canvas. */
function stepOf(plot: uPlot): number {
  const [first = 0, second = first + 1] = plot.data[0];
  return plot.valToPos(second, 'x', true) - plot.valToPos(first, 'x', true);
}

function onSelect(plot: uPlot, { onBrush }: PlotContent): void {
  const { left, width } = plot.select;
  if (width < LEAST_BRUSH_PIXELS) return;
  const [from, to] = [plot.posToVal(left, 'x'), plot.posToVal(left + width, 'x')];
  plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
  onBrush(Math.floor(from), Math.ceil(to));
}

function onClick(plot: uPlot, { samples, onPick }: PlotContent, event: MouseEvent): void {
  const { left, top } = plot.over.getBoundingClientRect();
  const [x, y] = [event.clientX - left, event.clientY - top];
  onPick(Math.round(plot.posToVal(x, 'x')), sampleAt(plot, samples, x, y));
}
