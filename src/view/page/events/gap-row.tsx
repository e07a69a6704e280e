import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { hello } from '../state/connection.js';
import { Text } from '../ui/text.js';
import type { GapRow } from './event-list.js';
import { loadGap } from './history.js';

interface GapRowProperties {
  readonly row: GapRow;
  readonly index: number;
  readonly top: number;
}

const REASONS = {
  slow: 'came faster than this page could read',
  away: 'came while this page was not connected',
  restart: 'may have come while the server was restarted',
} as const;

/** Events that are missing here, and a way to load them. */
export function GapRowView({ row, index, top }: GapRowProperties): VNode {
  const state = useSignal<'idle' | 'loading' | 'failed'>('idle');
  const problem = useSignal('');
  const { count, reason, startTime } = row.gap;
  const canLoad = hello.value?.hasHistory === true && startTime !== undefined;
  const load = () => {
    state.value = 'loading';
    loadGap(row.key, row.gap).catch((error: unknown) => {
      state.value = 'failed';
      problem.value = error instanceof Error ? error.message : String(error);
    });
  };
  return (
    <div
      id={`row-${index}`}
      class="event-row gap-row"
      role="row"
      aria-rowindex={index + 1}
      style={{ transform: `translateY(${top}px)` }}
    >
      <span role="gridcell">
        {count > 0 ? `${count.toLocaleString('en-GB')} ${count === 1 ? 'event' : 'events'}` : 'Events'}{' '}
        {REASONS[reason]}
        {state.value === 'failed' && (
          <>
            : <Text of={problem.value} longest={200} />
          </>
        )}
      </span>
      <span role="gridcell">
        {canLoad && (
          <button type="button" class="gap-load" disabled={state.value === 'loading'} onClick={load}>
            {state.value === 'loading' ? 'Loading…' : state.value === 'failed' ? 'Try again' : 'Load them'}
          </button>
        )}
      </span>
    </div>
  );
}
