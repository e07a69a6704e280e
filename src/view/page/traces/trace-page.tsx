import type { VNode } from 'preact';
import { EmptyState } from '../ui/empty-state.js';

export function TracePage({ traceId }: { readonly traceId: string }): VNode {
  return <EmptyState title={`Trace ${traceId}`} />;
}
