import type { VNode } from 'preact';
import type { Chart } from '../../api-types.js';
import { counted } from '../ui/number-format.js';
import { Text } from '../ui/text.js';
import { visibleText } from '../ui/visible-text.js';
import { lastIndexOf, type PlotLine, tagsText } from './chart-model.js';
import type { ValueFormat } from './value-format.js';

interface LegendProperties {
  readonly lines: readonly PlotLine[];
  readonly hidden: ReadonlySet<string>;
  readonly onSwitch: (label: string) => void;
  readonly format: ValueFormat;
  /** Index of the time under the pointer. */
  readonly hovered: number | undefined;
  readonly others: Chart['others'];
}

/** Names of further series that are listed at most. */
const MOST_OTHERS = 200;

/** The lines of a plot with their values, under the pointer or the last ones; a click hides one. */
export function Legend({ lines, hidden, onSwitch, format, hovered, others }: LegendProperties): VNode {
  return (
    <div class="legend">
      <ul>
        {lines.map(({ label, series, values }) => (
          <li key={label}>
            <button
              type="button"
              class={`legend-line series-${series}`}
              aria-pressed={!hidden.has(label)}
              title={visibleText(label)}
              onClick={() => onSwitch(label)}
            >
              <span class="swatch" aria-hidden="true" />
              <span class="legend-label">
                <Text of={label} longest={200} />
              </span>
              <span class="legend-value">{format(values[hovered ?? lastIndexOf(values)])}</span>
            </button>
          </li>
        ))}
      </ul>
      {others.length > 0 && (
        <details class="legend-others">
          <summary>and {counted(others.length, 'more series', 'more series')}, with lesser values</summary>
          <ul>
            {others.slice(0, MOST_OTHERS).map(({ tags }) => (
              <li key={tagsText(tags)}>
                <Text of={tagsText(tags)} longest={300} />
              </li>
            ))}
            {others.length > MOST_OTHERS && <li>…</li>}
          </ul>
        </details>
      )}
    </div>
  );
}
