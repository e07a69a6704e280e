import type { ComponentChildren, VNode } from 'preact';
import { useErrorBoundary } from 'preact/hooks';
import { EmptyState } from '../ui/empty-state.js';
import { Text } from '../ui/text.js';

/** Keeps an error of one page from taking the others and the navigation with it; give it the page's name as `key`. */
export function PageBoundary({ children }: { readonly children: ComponentChildren }): VNode {
  const [error, reset] = useErrorBoundary((cause: unknown) => {
    // for whoever reports it
    reportError(cause);
  });
  if (error === undefined) return <>{children}</>;
  return (
    <EmptyState title="This page failed">
      <p role="alert">
        <Text of={error instanceof Error ? error.message : String(error)} longest={500} />
      </p>
      <p>
        <button type="button" class="button" onClick={reset}>
          Show it again
        </button>
      </p>
    </EmptyState>
  );
}
