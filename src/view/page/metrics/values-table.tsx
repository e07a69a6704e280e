import type { VNode } from 'preact';
import { ChartTable } from '../ui/chart-table.js';
import { Text } from '../ui/text.js';
import { timeOfDay } from '../ui/time-format.js';
import { visibleText } from '../ui/visible-text.js';
import { eventsAround } from './around.js';
import type { PlotLine } from './chart-model.js';
import type { ValueFormat } from './value-format.js';

interface ValuesTableProperties {
  readonly name: string;
  readonly times: readonly number[];
  readonly lines: readonly PlotLine[];
  readonly format: ValueFormat;
}

/** The values of a chart, the latest first; a time leads to the events around it. */
export function ValuesTable({ name, times, lines, format }: ValuesTableProperties): VNode {
  return (
    <ChartTable label={`Values of ${visibleText(name)}`}>
      {() => (
        <>
          <thead>
            <tr>
              <th scope="col">Time</th>
              {lines.map(({ label }) => (
                <th key={label} scope="col" class="number">
                  <Text of={label} longest={100} />
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {times
              .map((at, index) => ({ at, index }))
              .filter(({ index }) => lines.some(({ values }) => (values[index] ?? null) !== null))
              .toReversed()
              .map(({ at, index }) => (
                <tr key={at}>
                  <th scope="row">
                    <a href={eventsAround(at)} title="Events around this moment">
                      {timeOfDay(new Date(at))}
                    </a>
                  </th>
                  {lines.map(({ label, values }) => (
                    <td key={label} class="number">
                      {format(values[index])}
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
