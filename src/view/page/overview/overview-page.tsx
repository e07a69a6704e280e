import type { VNode } from 'preact';
import { EmptyState } from '../ui/empty-state.js';

export function OverviewPage(): VNode {
  return <EmptyState title="Overview" />;
}
