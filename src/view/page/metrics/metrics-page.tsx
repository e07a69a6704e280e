import type { VNode } from 'preact';
import { EmptyState } from '../ui/empty-state.js';

export function MetricsPage(): VNode {
  return <EmptyState title="Metrics" />;
}
