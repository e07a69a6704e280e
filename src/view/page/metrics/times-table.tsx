import type { VNode } from 'preact';
import { ChartTable } from '../ui/chart-table.js';
import { Text } from '../ui/text.js';
import { timeOfDay } from '../ui/time-format.js';
import { eventsAround } from './around.js';

/** What stands below a name, by the index of its time. */
export interface TimesColumn {
  readonly name: string;
  /** A time that none of the columns has is left out. */
  readonly hasAt: (index: number) => boolean;
  readonly textAt: (index: number) => string;
}

interface TimesTableProperties {
  readonly label: string;
  /** Name of the column of times. */
  readonly first: string;
  readonly times: readonly number[];
  /** How far behind a time its moment is, in milliseconds. */
  readonly momentMillis: number;
  readonly columns: readonly TimesColumn[];
}

/** What a chart shows by time, the latest first; a time leads to the events around it, as a click on the chart does. */
export function TimesTable({ label, first, times, momentMillis, columns }: TimesTableProperties): VNode {
  return (
    <ChartTable label={label}>
      {() => (
        <>
          <thead>
            <tr>
              <th scope="col">{first}</th>
              {columns.map(({ name }) => (
                <th key={name} scope="col" class="number">
                  <Text of={name} longest={100} />
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {times
              .map((at, index) => ({ at, index }))
              .filter(({ index }) => columns.some(({ hasAt }) => hasAt(index)))
              .toReversed()
              .map(({ at, index }) => (
                <tr key={at}>
                  <th scope="row">
                    <a href={eventsAround(at + momentMillis)} title="Events around this moment">
                      {timeOfDay(new Date(at))}
                    </a>
                  </th>
                  {columns.map(({ name, textAt }) => (
                    <td key={name} class="number">
                      {textAt(index)}
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
