import type { VNode } from 'preact';
import { hello, status } from '../state/connection.js';
import { conditionsIn } from '../state/filter.js';
import { filter } from '../state/location.js';
import { EmptyState, EndpointLine } from '../ui/empty-state.js';
import { ClearFilter, RefusedFilter } from '../ui/not-loaded.js';

/** Why there is no event in the list, and what to do next. */
export function EventsEmpty(): VNode {
  if (status.value === 'denied') return <EmptyState title="The server does not answer this browser" />;
  if (status.value === 'refused') return <RefusedFilter />;
  if (hello.value === undefined) return <EmptyState title="Loading…" />;
  if (conditionsIn(filter.value) > 0)
    return (
      <EmptyState title="No event matches the filter">
        <p>New events that match appear here at once.</p>
        <ClearFilter />
      </EmptyState>
    );
  return (
    <EmptyState title="No events yet">
      <p>Events appear here as soon as they come.</p>
      <EndpointLine />
    </EmptyState>
  );
}
