import type { VNode } from 'preact';
import { problem, status } from '../state/connection.js';
import { refusal } from '../state/refusal.js';
import { Text } from '../ui/text.js';

const REMEDIES = {
  connecting: '',
  live: '',
  broken: 'Trying again; nothing that it still holds will be missed.',
  refused: 'Change the filter.',
  denied: 'Reload the page.',
} as const;

/** What is wrong with the connection, and what happens next. */
export function ConnectionProblem(): VNode | null {
  const text = problem.value;
  if (text === undefined || status.value === 'live') return null;
  // the filter bar says so beside the condition
  if (status.value === 'refused' && refusal.value?.field !== undefined) return null;
  return (
    <div class="notice notice-error" role="alert">
      <Text of={text} /> {REMEDIES[status.value]}
    </div>
  );
}
