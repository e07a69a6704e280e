import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { Chart } from '../../api-types.js';
import { ChartTable } from '../ui/chart-table.js';
import { counted, countText } from '../ui/number-format.js';
import { isDark } from '../ui/theme.js';
import { timeOfDay } from '../ui/time-format.js';
import { visibleText } from '../ui/visible-text.js';
import { eventsAround } from './around.js';
import { cellAt, drawHeatMap } from './heat-canvas.js';
import { bucketText, type HeatRows, heatRows } from './heat-model.js';
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
      <HeatTable heat={heat} times={times} stepMillis={stepMillis} format={format} name={name} />
    </section>
  );
}

interface HeatTableProperties {
  readonly heat: HeatRows;
  readonly times: readonly number[];
  readonly stepMillis: number;
  readonly format: ValueFormat;
  readonly name: string;
}

/** The counts of the cells, the latest first; a time leads to the events around it, as a click on the canvas does. */
function HeatTable({ heat, times, stepMillis, format, name }: HeatTableProperties): VNode {
  return (
    <ChartTable label={`Distribution of ${visibleText(name)}`}>
      {() => (
        <>
          <thead>
            <tr>
              <th scope="col">From</th>
              {heat.rows.map((row) => (
                <th key={bucketText(row, format)} scope="col" class="number">
                  {bucketText(row, format)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {times
              .map((at, index) => ({ at, index }))
              .filter(({ index }) => heat.rows.some(({ counts }) => (counts[index] ?? 0) > 0))
              .toReversed()
              .map(({ at, index }) => (
                <tr key={at}>
                  <th scope="row">
                    <a href={eventsAround(at + stepMillis / 2)} title="Events around this moment">
                      {timeOfDay(new Date(at))}
                    </a>
                  </th>
                  {heat.rows.map((row) => (
                    <td key={bucketText(row, format)} class="number">
                      {countText(row.counts[index] ?? 0)}
                    </td>
                  ))}
                </tr>
              ))}
          </tbody>
        </>
      )}
    </ChartTable>
  );
}
