import type { VNode } from 'preact';
import { Text } from './text.js';

/** Says behind a count that what is shown could not be fetched again, and why; nothing if `problem` is `''`. */
export function NotUpToDate({ problem }: { readonly problem: string }): VNode | null {
  if (problem === '') return null;
  return (
    <span class="trace-warning">
      ; not up to date: <Text of={problem} longest={200} />
    </span>
  );
}
