import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { Chart } from '../../api-types.js';
import { counted, countText } from '../ui/number-format.js';
import { isDark } from '../ui/theme.js';
import { timeOfDay } from '../ui/time-format.js';
import { visibleText } from '../ui/visible-text.js';
import { cellAt, drawHeatMap } from './heat-canvas.js';
import { bucketText, heatRows } from './heat-model.js';
import { TimesTable } from './times-table.js';
import type { ValueFormat } from './value-format.js';

interface HeatMapProperties {
  readonly chart: Chart;
  readonly heatMap: NonNullable<Chart['heatMap']>;
  readonly range: readonly [number, number];
  readonly format: ValueFormat;
  readonly onPick: (millis: number) => void;
}

/** How the measurements of a histogram are distributed over time: the darker, the more. */
export function HeatMap({ chart, heatMap, range, format, onPick }: HeatMapProperties): VNode | null {
  const canvas = useRef<HTMLCanvasElement>(null);
  const said = useSignal('');
  const heat = useMemo(() => heatRows(heatMap), [heatMap]);
  const { times, stepMillis, name } = chart;
  const isDarkNow = isDark.value;
  useEffect(() => {
    const element = canvas.current;
    if (element === null) return undefined;
    const draw = () => drawHeatMap(element, { heat, times, stepMillis, range, format });
    draw();
    const observer = new ResizeObserver(draw);
    observer.observe(element);
    return () => observer.disconnect();
  }, [heat, times, range, format, isDarkNow]);

  if (heat.rows.length === 0) return null;
  const cellOf = (event: MouseEvent) => cellAt(event, { heat, times, stepMillis, range });
  const onMove = (event: MouseEvent) => {
    const cell = cellOf(event);
    said.value =
      cell === undefined
        ? ''
        : `${timeOfDay(new Date(cell.at)).slice(0, 8)}, ${bucketText(cell.row, format)}: ${counted(cell.count, 'measurement')}`;
  };
  return (
    <section class="heat-map">
      <h3>Distribution</h3>
      <canvas
        ref={canvas}
        role="img"
        aria-label={`Distribution of ${visibleText(name)} over time; its counts, with the events of each time, are in the table below`}
        onMouseMove={onMove}
        onMouseLeave={() => {
          said.value = '';
        }}
        onClick={(event) => {
          const cell = cellOf(event);
          if (cell !== undefined) onPick(cell.at + stepMillis / 2);
        }}
      />
      <p class="heat-said">
        {said.value === '' ? `at most ${counted(heat.greatest, 'measurement')} in a cell` : said.value}
      </p>
      <TimesTable
        label={`Distribution of ${visibleText(name)}`}
        first="From"
        times={times}
        momentMillis={stepMillis / 2}
        columns={heat.rows.map((row) => ({
          name: bucketText(row, format),
          hasAt: (index) => (row.counts[index] ?? 0) > 0,
          textAt: (index) => countText(row.counts[index] ?? 0),
        }))}
      />
    </section>
  );
}
