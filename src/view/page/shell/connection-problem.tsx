import type { VNode } from 'preact';
import { problem, status } from '../state/connection.js';
import { Text } from '../ui/text.js';

/** What is wrong with the connection, and what happens next. */
export function ConnectionProblem(): VNode | null {
  const text = problem.value;
  if (text === undefined || status.value === 'live') return null;
  return (
    <div class="notice notice-error" role="alert">
      <Text of={text} />{' '}
      {status.value === 'broken'
        ? 'Trying again; nothing that it still holds will be missed.'
        : 'Change the filter, or reload the page.'}
    </div>
  );
}
