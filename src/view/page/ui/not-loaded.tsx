import type { VNode } from 'preact';
import { clearFilter } from '../state/location.js';
import { refusal } from '../state/refusal.js';
import { EmptyState } from './empty-state.js';
import { Text } from './text.js';

interface NotLoadedProperties {
  /** What is not there, such as `The traces`. */
  readonly what: string;
  /** Why it could not be loaded; `''` while it is. */
  readonly problem: string;
}

/**
 * Whether a page has what it shows, else it shows {@link NotLoaded}: an earlier answer is not what a refused filter asks
 * for.
 *
 * @param problem - that of the page's own question: another one may be what was refused.
 */
export function isLoaded<T>(answer: T | undefined, problem: string): answer is T {
  return answer !== undefined && (problem === '' || refusal.value === undefined);
}

/** What a page shows instead of what it has not loaded; a wrong filter is explained beside its condition. */
export function NotLoaded({ what, problem }: NotLoadedProperties): VNode {
  if (problem === '') return <EmptyState title="Loading…" />;
  if (refusal.value?.field !== undefined) return <RefusedFilter />;
  return (
    <EmptyState title={`${what} could not be loaded`}>
      <p role="alert">
        <Text of={problem} longest={500} />
      </p>
    </EmptyState>
  );
}

export function RefusedFilter(): VNode {
  return (
    <EmptyState title="The server does not take this filter">
      <ClearFilter />
    </EmptyState>
  );
}

export function ClearFilter(): VNode {
  return (
    <p>
      <button type="button" class="button" onClick={clearFilter}>
        Clear the filter
      </button>
    </p>
  );
}
