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
