import { histogramPercentiles, histogramSteps, samplePercentiles } from '../../analysis/chart/chart-distribution.js';
import { type Aggregate, aggregateFor, valuesOf } from '../../analysis/chart/chart-lines.js';
import { ChartPoints, chartNameOf, type Line } from '../../analysis/chart/chart-points.js';
import { type Steps, stepsFor } from '../../analysis/chart/chart-steps.js';
import { heatMapOf } from '../../analysis/chart/heat-map.js';
import { isEvent } from '../../model/item.js';
import type { Chart, ChartLine } from '../api-types.js';
import { sendJson } from '../http/send.js';
import { badRequest } from './api-error.js';
import type { ApiContext, ApiRequest } from './context.js';
import { FILTER_NAMES, filterOf, type ItemFilter } from './item-filter.js';
import { Parameters } from './parameters.js';
import { scan } from './scan.js';

/** Points that are read, the latest first. */
const MAX_POINTS = 100_000;
const MAX_SAMPLES = 2_000;
const MAX_OTHERS = 200;
const AGGREGATES: readonly Aggregate[] = ['last', 'mean', 'max', 'rate', 'count'];

/** `GET api/chart`. */
export async function chart(context: ApiContext, { response, search, signal }: ApiRequest): Promise<void> {
  const given = new Parameters(search, [...FILTER_NAMES, 'points', 'top', 'aggregate']);
  const name = given.text('name');
  if (name === undefined) throw badRequest('expected "name", the name of a metric');
  const maxSteps = given.count('points', 120, { min: 2, max: 1_000 });
  const top = given.count('top', 10, { min: 1, max: 50 });
  const asked = given.word('aggregate', AGGREGATES);
  const filter = filterOf(given, ['metric'], new Date(context.host.clock.now()));
  const { startTime, endTime } = filter.query;
  const points = new ChartPoints();
  let isCut = false;
  // a histogram is stored under the name of its count
  for (const stored of [`${name}.count`, name]) {
    const own: ItemFilter = { ...filter, query: { ...filter.query, name: stored } };
    const { cut } = await scan({ context, filter: own, order: 'desc', maxItems: MAX_POINTS, signal }, (item) => {
      if (!isEvent(item) && chartNameOf(item) === name) points.add(item);
    });
    isCut ||= cut;
    if (points.count > 0 || signal.aborted) break;
  }
  if (signal.aborted) return;
  points.sort();
  const span = { fromMillis: startTime?.getTime(), toMillis: endTime?.getTime(), maxSteps };
  const steps = stepsFor(points, span);
  const aggregate = asked ?? aggregateFor(points.kind, points.isAdditive);
  sendJson(response, chartOf({ name, points, steps, aggregate, top, isCut }));
}

interface Drawn {
  readonly name: string;
  readonly points: ChartPoints;
  readonly steps: Steps;
  readonly aggregate: Aggregate;
  readonly top: number;
  readonly isCut: boolean;
}

function chartOf({ name, points, steps, aggregate, top, isCut }: Drawn): Chart {
  const { kind, unit, isAdditive } = points;
  const all = [...points.lines].map((line) => ({
    line,
    values: valuesOf(line, steps, aggregate, kind, isAdditive),
  }));
  const ranked = all
    .map((one) => ({ ...one, greatest: greatestOf(one.values) }))
    .sort((a, b) => b.greatest - a.greatest);
  const shown = ranked.slice(0, top);
  return {
    name,
    unit: unit ?? null,
    kind,
    aggregate,
    times: steps.times,
    stepMillis: steps.stepMillis,
    lines: shown.map(({ line, values }): ChartLine => ({ tags: line.tags, values })),
    others: ranked.slice(top, top + MAX_OTHERS).map(({ line }) => ({ tags: line.tags })),
    ...distributionOf(points, steps),
    ...samplesOf(
      points,
      shown.map(({ line }) => line),
    ),
    cut: isCut || points.left > 0,
  };
}

function distributionOf(points: ChartPoints, steps: Steps): Pick<Chart, 'percentiles' | 'heatMap'> {
  if (points.kind === 'sample') return { percentiles: samplePercentiles(points, steps) };
  if (points.kind !== 'histogram' && points.kind !== 'exponential_histogram') return {};
  const histograms = histogramSteps(points, steps);
  const heatMap = heatMapOf(histograms);
  return { percentiles: histogramPercentiles(histograms), ...(heatMap !== undefined && { heatMap }) };
}

function samplesOf(points: ChartPoints, lines: readonly Line[]): Pick<Chart, 'samples'> {
  if (points.kind !== 'sample' || points.count > MAX_SAMPLES) return {};
  const samples = lines.flatMap(({ streams }, index) =>
    [...streams.values()].flatMap((stream) =>
      stream.points
        .filter(({ value }) => Number.isFinite(value))
        .map(({ millis, value, id }) => [millis, value, index, id] as const),
    ),
  );
  return { samples };
}

function greatestOf(values: readonly (number | null)[]): number {
  return values.reduce<number>((max, value) => (value !== null && value > max ? value : max), Number.NEGATIVE_INFINITY);
}
