import type { VNode } from 'preact';
import type { Filter } from '../state/filter.js';
import { refusal } from '../state/refusal.js';
import { Text } from '../ui/text.js';

const ID = 'filter-problem';

/** Why the server does not take a condition of the filter; {@link problemOf} refers to it. */
export function FilterProblem(): VNode | null {
  const { field, text = '' } = refusal.value ?? {};
  if (field === undefined) return null;
  return (
    <p id={ID} class="filter-problem" role="alert">
      <Text of={text} longest={500} />
    </p>
  );
}

/** Attributes of the input of a condition, which say that the server does not take it. */
export function problemOf(field: keyof Filter): {
  readonly 'aria-invalid'?: true;
  readonly 'aria-describedby'?: string;
} {
  return refusal.value?.field === field ? { 'aria-invalid': true, 'aria-describedby': ID } : {};
}
