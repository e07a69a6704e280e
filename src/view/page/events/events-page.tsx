import type { VNode } from 'preact';
import { EmptyState, EndpointLine } from '../ui/empty-state.js';

export function EventsPage(): VNode {
  return (
    <EmptyState title="No events yet">
      <EndpointLine />
    </EmptyState>
  );
}
