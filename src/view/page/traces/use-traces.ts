import { useSignal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import type { TraceLine, Traces } from '../../api-types.js';
import { getJson, type Parameters } from '../api/request.js';
import { usePolledBy } from '../ui/polled.js';
import { isApart, mergedTraces, type TraceOrder } from './trace-lines.js';

/** Traces that are listed at most: who looks for one uses the filter. */
const MOST_TRACES = 2_000;
/** How long after an answer to ask again. */
const EVERY_MILLIS = 5_000;

/** What became of the wish for older traces. `full`: the list has no room for more. */
export type OlderState = 'none' | 'idle' | 'loading' | 'full';

/** The traces that are listed. */
export interface ListedTraces {
  /** `undefined` until the first answer is there. */
  readonly traces: readonly TraceLine[] | undefined;
  /** Traces in all that was read: those that are listed are the first of them. */
  readonly found: number;
  readonly older: OlderState;
  /** Why there are none, or no newer or older ones; `''` if all is well. */
  readonly problem: string;
  readonly loadOlder: () => void;
}

interface Extended {
  readonly key: string;
  readonly traces: readonly TraceLine[];
  readonly found: number;
  readonly next: string | undefined;
}

/** The first traces in an order, asked for again and again, and older ones on request. */
export function useTraces(asked: Parameters, order: TraceOrder): ListedTraces {
  const parameters = { ...asked, order };
  const key = JSON.stringify(parameters);
  const { answer, problem } = usePolledBy(
    key,
    async (signal) => ({ key, page: await getJson<Traces>('traces', parameters, signal) }),
    EVERY_MILLIS,
  );
  const extended = useSignal<Extended | undefined>(undefined);
  const isLoading = useSignal(false);
  const olderProblem = useSignal('');
  const aborted = useMemo(() => new AbortController(), [key]);
  useEffect(() => () => aborted.abort(), [aborted]);

  const first = answer.value?.page;
  // until the first answer in another order is there, that of the one before is shown
  const isPresent = answer.value?.key === key;
  const kept = extended.value?.key === key ? extended.value : undefined;
  useEffect(() => {
    isLoading.value = false;
    olderProblem.value = '';
  }, [key]);
  useEffect(() => {
    if (first === undefined || kept === undefined || !isPresent) return;
    // what leaves the first answer for newer ones stays in the list
    if (first.next !== undefined && order === 'latest' && isApart(kept.traces, first.traces))
      extended.value = undefined;
    else extended.value = { ...kept, traces: bounded(mergedTraces([kept.traces, first.traces], order)) };
  }, [first]);

  const next = kept === undefined && isPresent ? first?.next : kept?.next;
  const traces = kept?.traces ?? first?.traces;
  const loadOlder = () => {
    if (next === undefined || first === undefined || isLoading.peek()) return;
    const { signal } = aborted;
    isLoading.value = true;
    getJson<Traces>('traces', { ...parameters, after: next }, signal).then(
      (page) => {
        if (signal.aborted) return;
        const before = extended.peek()?.key === key ? extended.peek() : undefined;
        extended.value = {
          key,
          traces: bounded(mergedTraces([before?.traces ?? first.traces, page.traces], order)),
          found: (before?.found ?? first.found) + page.found,
          next: page.next,
        };
        isLoading.value = false;
        olderProblem.value = '';
      },
      (error: unknown) => {
        if (signal.aborted) return;
        isLoading.value = false;
        olderProblem.value = error instanceof Error ? error.message : String(error);
      },
    );
  };
  return {
    traces,
    found: Math.max(kept?.found ?? 0, first?.found ?? 0, traces?.length ?? 0),
    older: stateOf(next, isLoading.value, traces?.length ?? 0),
    problem: problem.value === '' ? olderProblem.value : problem.value,
    loadOlder,
  };
}

function stateOf(next: string | undefined, isLoading: boolean, count: number): OlderState {
  if (next === undefined) return 'none';
  if (isLoading) return 'loading';
  return count >= MOST_TRACES ? 'full' : 'idle';
}

function bounded(traces: readonly TraceLine[]): readonly TraceLine[] {
  return traces.length > MOST_TRACES ? traces.slice(0, MOST_TRACES) : traces;
}
