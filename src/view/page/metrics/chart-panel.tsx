import { type Signal, useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useMemo } from 'preact/hooks';
import type { Chart } from '../../api-types.js';
import { goTo, setFilter, viewValue } from '../state/location.js';
import { Text } from '../ui/text.js';
import { visibleText } from '../ui/visible-text.js';
import { eventsAround } from './around.js';
import { type ChartView, defaultView, linesOf } from './chart-model.js';
import { HeatMap } from './heat-map.js';
import { KIND_WORDS } from './kind-words.js';
import { Legend } from './legend.js';
import { Plot } from './plot.js';
import type { PlotSample } from './plot-samples.js';
import { TimesTable } from './times-table.js';
import { unitWords } from './unit-words.js';
import { valueFormat } from './value-format.js';

interface ChartPanelProperties {
  readonly name: string;
  readonly description: string;
  /** `undefined` until it is there. */
  readonly chart: Chart | undefined;
  readonly problem: string;
  readonly range: readonly [number, number];
  readonly picked: Signal<number | undefined>;
}

const HEIGHT_PIXELS = 260;
const NO_SAMPLES: readonly PlotSample[] = [];
const AGGREGATE_WORDS: Readonly<Record<Chart['aggregate'], string>> = {
  last: 'last value',
  mean: 'mean',
  max: 'greatest value',
  rate: 'per second',
  count: 'number of measurements',
};

/** One metric: its lines or percentiles, its heat map, and the figures behind them. */
export function ChartPanel({ name, description, chart, problem, ...shared }: ChartPanelProperties): VNode {
  return (
    <section class="chart-panel panel" aria-label={visibleText(name)}>
      <h2>
        <Text of={name} longest={300} />
      </h2>
      {description !== '' && (
        <p class="metric-facts">
          <Text of={description} longest={500} />
        </p>
      )}
      {problem !== '' && (
        <p class="is-lost" role="alert">
          <Text of={problem} longest={500} />
        </p>
      )}
      {chart === undefined && problem === '' && <p class="muted">Loading…</p>}
      {chart !== undefined && chart.times.length === 0 && <p class="muted">It has no values in this time.</p>}
      {chart !== undefined && chart.times.length > 0 && <Charts chart={chart} {...shared} />}
    </section>
  );
}

interface ChartsProperties {
  readonly chart: Chart;
  readonly range: readonly [number, number];
  readonly picked: Signal<number | undefined>;
}

function Charts({ chart, range, picked }: ChartsProperties): VNode {
  const chosen = useSignal<ChartView | undefined>(undefined);
  const hidden = useSignal<ReadonlySet<string>>(new Set());
  const hovered = useSignal<number | undefined>(undefined);
  // who chooses how values are summed up wants to see them
  const isAggregateChosen = viewValue('aggregate') !== '';
  const { unit, aggregate, kind, percentiles, heatMap } = chart;
  const view =
    percentiles === undefined ? 'lines' : (chosen.value ?? (isAggregateChosen ? 'lines' : defaultView(chart)));
  const isRate = aggregate === 'rate' && view === 'lines';
  const isOfMeasurements = view === 'lines' && (aggregate === 'count' || (isRate && kind !== 'sum'));
  const shownUnit = isOfMeasurements ? null : unit;
  const format = useMemo(() => valueFormat(shownUnit, isRate), [shownUnit, isRate]);
  const valuesFormat = useMemo(() => valueFormat(unit), [unit]);
  const lines = useMemo(() => linesOf(chart, view), [chart, view]);
  const shown = useMemo(() => lines.filter(({ label }) => !hidden.value.has(label)), [lines, hidden.value]);
  // dots of measurements agree with lines of the same unit alone
  const samples = useMemo(
    () => (isRate || aggregate === 'count' ? NO_SAMPLES : samplesOf(chart, hidden.value, lines, view)),
    [chart, hidden.value, lines, view],
  );
  const onPick = (at: number, sample?: PlotSample) => {
    if (sample === undefined) picked.value = at;
    else goTo(eventsAround(sample.at));
  };
  const isBinary = /By|byte|^[KMGT]?i?B$/i.test(unit ?? '');
  const aggregateWords = isRate && isOfMeasurements ? 'measurements per second' : AGGREGATE_WORDS[aggregate];
  const words = [KIND_WORDS[kind], unitWords(unit), view === 'lines' ? aggregateWords : 'percentiles'];
  return (
    <>
      <p class="metric-facts">
        <Text of={words.filter((word) => word !== '').join(' · ')} longest={300} />
        {view === 'percentiles' && percentiles?.estimated === true && ' · estimated from buckets'}
        {chart.cut && ' · older values were not read'}
      </p>
      {percentiles !== undefined && (
        <fieldset class="tabs chart-views">
          <legend class="visually-hidden">What the chart shows</legend>
          {(['percentiles', 'lines'] as const).map((each) => (
            <button
              type="button"
              key={each}
              aria-pressed={view === each}
              onClick={() => {
                chosen.value = each;
              }}
            >
              {each === 'lines' ? 'By tags' : 'Percentiles'}
            </button>
          ))}
        </fieldset>
      )}
      <Plot
        label={`Chart of ${visibleText(chart.name)}; its values are in the table below`}
        height={HEIGHT_PIXELS}
        times={chart.times}
        lines={shown}
        samples={samples}
        range={range}
        picked={picked.value}
        format={format}
        isBinary={isBinary}
        sync="metrics"
        onHover={(index) => {
          hovered.value = index;
        }}
        onBrush={(from, to) =>
          setFilter({ startTime: new Date(from).toISOString(), endTime: new Date(to).toISOString() })
        }
        onPick={onPick}
      />
      <Legend
        lines={lines}
        hidden={hidden.value}
        format={format}
        hovered={hovered.value}
        others={view === 'lines' ? chart.others : []}
        onSwitch={(label) => {
          const next = new Set(hidden.peek());
          if (!next.delete(label)) next.add(label);
          hidden.value = next;
        }}
      />
      <TimesTable
        label={`Values of ${visibleText(chart.name)}`}
        first="Time"
        times={chart.times}
        momentMillis={0}
        columns={lines.map(({ label, values }) => ({
          name: label,
          hasAt: (index) => (values[index] ?? null) !== null,
          textAt: (index) => format(values[index]),
        }))}
      />
      {heatMap !== undefined && (
        <HeatMap chart={chart} heatMap={heatMap} range={range} format={valuesFormat} onPick={onPick} />
      )}
    </>
  );
}

function samplesOf(
  { samples = [] }: Chart,
  hidden: ReadonlySet<string>,
  lines: ReturnType<typeof linesOf>,
  view: ChartView,
): readonly PlotSample[] {
  return samples
    .filter(([, , line]) => view === 'percentiles' || (lines[line] !== undefined && !hidden.has(lines[line].label)))
    .map(([at, value, line, id]) => ({ at, value, series: view === 'percentiles' ? 8 : (line % 8) + 1, id }));
}
