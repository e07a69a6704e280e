import type { VNode } from 'preact';
import { EmptyState } from '../ui/empty-state.js';

export function TracesPage(): VNode {
  return <EmptyState title="Traces" />;
}
