import type { VNode } from 'preact';
import { useEffect, useMemo } from 'preact/hooks';
import { addKey } from '../shell/keys.js';
import { EmptyState } from '../ui/empty-state.js';
import { NotLoaded } from '../ui/not-loaded.js';
import { usePolledBy } from '../ui/polled.js';
import { type LoadedTrace, loadTrace } from './load-trace.js';
import { SpanDetails } from './span-details.js';
import { TraceHead } from './trace-head.js';
import { type TraceModel, traceModel } from './trace-model.js';
import { Waterfall } from './waterfall.js';
import { WaterfallState } from './waterfall-state.js';

/** How often a trace that may still grow is read anew. */
const REFRESH_MILLIS = 5_000;
/** A trace whose last item is older grows no more, as far as one can tell. */
const YOUNG_MILLIS = 120_000;

/** One trace: its spans as a waterfall, with its events in place. */
export function TracePage({ traceId }: { readonly traceId: string }): VNode {
  const state = useMemo(() => new WaterfallState(), []);
  const { answer, problem } = usePolledBy(
    `trace ${traceId}`,
    (signal) => loadTrace(traceId, signal),
    REFRESH_MILLIS,
    isYoung,
  );
  const loaded = answer.value;
  const model = useMemo(() => (loaded === undefined ? undefined : traceModel(loaded.lines)), [loaded]);
  useEffect(() => {
    if (model !== undefined) state.show(model);
  }, [model]);
  useKeys(state);

  if (model !== undefined && model.rows.length > 0)
    return <Trace traceId={traceId} model={model} isCut={loaded?.isCut === true} state={state} />;
  return (
    <>
      <h1 class="visually-hidden">Trace</h1>
      {model === undefined ? (
        <NotLoaded what="The trace" problem={problem.value} />
      ) : (
        <NothingFound traceId={traceId} />
      )}
    </>
  );
}

function NothingFound({ traceId }: { readonly traceId: string }): VNode {
  return (
    <EmptyState title="Nothing of this trace is here">
      <p>
        No span or event has the trace id <code>{traceId}</code>. It may be on its way, or older than what is kept.
      </p>
    </EmptyState>
  );
}

interface TraceProperties {
  readonly traceId: string;
  readonly model: TraceModel;
  readonly isCut: boolean;
  readonly state: WaterfallState;
}

function Trace({ traceId, model, isCut, state }: TraceProperties): VNode {
  const { selected } = state;
  return (
    <>
      <TraceHead traceId={traceId} model={model} isCut={isCut} state={state} />
      <div class="trace-body">
        <Waterfall model={model} state={state} />
        {selected !== undefined && (
          <SpanDetails key={selected.id} row={selected} close={() => state.select(undefined)} />
        )}
      </div>
    </>
  );
}

function isYoung({ lines }: LoadedTrace): boolean {
  const last = lines.reduce((latest, { data }) => Math.max(latest, Date.parse(data.timestamp) || 0), 0);
  return lines.length === 0 || Date.now() - last < YOUNG_MILLIS;
}

function useKeys(state: WaterfallState): void {
  useEffect(() => {
    const removes = [
      addKey({ keys: ['j', 'ArrowDown'], words: 'Next row', run: () => state.step(1) }),
      addKey({ keys: ['k', 'ArrowUp'], words: 'Previous row', run: () => state.step(-1) }),
      addKey({ keys: ['ArrowRight'], words: 'Open, go inside', run: () => state.right() }),
      addKey({ keys: ['ArrowLeft'], words: 'Close, go outside', run: () => state.left() }),
      addKey({ keys: ['n'], words: 'Next error', run: () => state.stepToError(1) }),
      addKey({ keys: ['p'], words: 'Previous error', run: () => state.stepToError(-1) }),
      addKey({ keys: ['Escape'], words: 'Close the details', run: () => state.select(undefined) }),
    ];
    return () => {
      for (const remove of removes) remove();
    };
  }, []);
}
