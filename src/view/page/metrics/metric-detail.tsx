import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import type { Chart, MetricName } from '../../api-types.js';
import { filter, linkTo, setFilter, setView, viewValue } from '../state/location.js';
import { isNarrow } from '../ui/media.js';
import { usePolled } from '../ui/polled.js';
import { visibleText } from '../ui/visible-text.js';
import { ChartPanel } from './chart-panel.js';
import { rangeOf } from './chart-range.js';
import { PickedMoment } from './picked-moment.js';

interface MetricDetailProperties {
  readonly name: string;
  readonly names: readonly MetricName[];
}

/** Series that have a line of their own: as many as there are colours. */
const LINES = 8;
const AGGREGATES = {
  '': 'automatic',
  last: 'last value',
  mean: 'mean',
  max: 'greatest',
  rate: 'rate',
  count: 'count',
} as const;

/** The charts of one metric, and of another one to compare it with, over the same time. */
export function MetricDetail({ name, names }: MetricDetailProperties): VNode {
  const picked = useSignal<number | undefined>(undefined);
  const compared = viewValue('compare');
  const first = useChart(name);
  const second = useChart(compared);
  const charts = [first.chart, second.chart].filter((chart) => chart !== undefined);
  const range = rangeOf(charts, filter.value, Date.now());
  const shared = { range, picked };
  return (
    <div class="metric-detail">
      <div class="metric-toolbar">
        <a class="button" href={linkTo('metrics', filter.value)}>
          ← All metrics
        </a>
        <Choice
          label="Show"
          value={viewValue('aggregate')}
          options={Object.entries(AGGREGATES)}
          onChoose={(aggregate) => setView({ aggregate })}
        />
        <Choice
          label="Compare with"
          value={compared}
          options={[
            ['', 'nothing'],
            ...names.filter((each) => each.name !== name).map((each): [string, string] => [each.name, each.name]),
          ]}
          onChoose={(compare) => setView({ compare })}
        />
        {(filter.value.startTime !== undefined || filter.value.endTime !== undefined) && (
          <button type="button" class="button" onClick={() => setFilter({ startTime: '', endTime: '' })}>
            Whole time
          </button>
        )}
        <span class="muted metric-hint">Drag across a chart for a part of its time</span>
      </div>
      <PickedMoment picked={picked} />
      <ChartPanel name={name} description={describe(names, name)} {...first} {...shared} />
      {compared !== '' && (
        <ChartPanel name={compared} description={describe(names, compared)} {...second} {...shared} />
      )}
    </div>
  );
}

/** The chart of a metric; of none, nothing is asked for. */
function useChart(name: string): { readonly chart: Chart | undefined; readonly problem: string } {
  const aggregate = viewValue('aggregate');
  const points = isNarrow.value ? 80 : 160;
  const asked = { ...filter.value, name, points, top: LINES, aggregate };
  const { answer, problem } = usePolled<Chart>(name === '' ? undefined : 'chart', asked);
  // until the first answer there is that of the metric before
  const chart = answer.value?.name === name ? answer.value : undefined;
  return { chart, problem: problem.value };
}

function describe(names: readonly MetricName[], name: string): string {
  return names.find((each) => each.name === name)?.description ?? '';
}

interface ChoiceProperties {
  readonly label: string;
  readonly value: string;
  readonly options: readonly (readonly [value: string, words: string])[];
  readonly onChoose: (value: string) => void;
}

function Choice({ label, value, options, onChoose }: ChoiceProperties): VNode {
  const isKnown = options.some(([each]) => each === value);
  return (
    <label class="field">
      <span>{label}</span>
      <select value={value} onChange={(event) => onChoose((event.currentTarget as HTMLSelectElement).value)}>
        {options.map(([each, words]) => (
          <option key={each} value={each}>
            {visibleText(words).slice(0, 100)}
          </option>
        ))}
        {!isKnown && <option value={value}>{visibleText(value).slice(0, 100)}</option>}
      </select>
    </label>
  );
}
