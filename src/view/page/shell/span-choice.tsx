import type { VNode } from 'preact';
import { filter, setFilter } from '../state/location.js';

const CHOICES: readonly (readonly [value: string, words: string])[] = [
  ['exclude', 'Events'],
  ['', 'Events + spans'],
  ['only', 'Spans'],
];

/** Whether the spans of traces are listed, with the other events or alone. */
export function SpanChoice(): VNode {
  return (
    <label class="field">
      <span>Show</span>
      <select
        value={filter.value.spans ?? ''}
        onChange={(event) => setFilter({ spans: (event.currentTarget as HTMLSelectElement).value })}
      >
        {CHOICES.map(([value, words]) => (
          <option key={value} value={value}>
            {words}
          </option>
        ))}
      </select>
    </label>
  );
}
