import type { VNode } from 'preact';
import { conditionsIn } from '../state/filter.js';
import { filter, setView, viewValue } from '../state/location.js';
import { EmptyState, EndpointLine } from '../ui/empty-state.js';
import { ClearFilter, isLoaded, NotLoaded } from '../ui/not-loaded.js';
import { NotUpToDate } from '../ui/not-up-to-date.js';
import { counted, countText } from '../ui/number-format.js';
import type { TraceOrder } from './trace-lines.js';
import { TraceTable } from './trace-table.js';
import { type ListedTraces, useTraces } from './use-traces.js';

const ORDERS: Readonly<Record<TraceOrder, string>> = { latest: 'Latest', slowest: 'Slowest', largest: 'Largest' };

/** Traces; a click opens one. */
export function TracesPage(): VNode {
  return (
    <>
      <h1 class="visually-hidden">Traces</h1>
      <Content />
    </>
  );
}

function Content(): VNode {
  const order = orderNow();
  const onlyErrors = viewValue('errors') === '1';
  const listed = useTraces({ ...filter.value, errors: onlyErrors ? 'only' : undefined }, order);
  const { traces, problem } = listed;
  if (!isLoaded(traces, problem)) return <NotLoaded what="The traces" problem={problem} />;
  return (
    <>
      <div class="toolbar">
        <fieldset class="tabs">
          <legend class="visually-hidden">Order</legend>
          {Object.entries(ORDERS).map(([name, words]) => (
            <button
              type="button"
              key={name}
              aria-pressed={name === order}
              onClick={() => setView({ order: name === 'latest' ? '' : name })}
            >
              {words}
            </button>
          ))}
        </fieldset>
        <button
          type="button"
          class="button"
          aria-pressed={onlyErrors}
          title="Only traces in which a span or an event is an error"
          onClick={() => setView({ errors: onlyErrors ? '' : '1' })}
        >
          With errors
        </button>
        <p class="counts">
          {countWords(listed, order)}
          <NotUpToDate problem={problem} />
        </p>
        <Older listed={listed} />
      </div>
      {traces.length === 0 ? <NoTraces /> : <TraceTable traces={traces} />}
    </>
  );
}

/** `200 traces`, or `the 200 slowest of 1,830 traces`. */
function countWords({ traces = [], found, older }: ListedTraces, order: TraceOrder): string {
  if (order === 'latest')
    return older === 'none' ? counted(traces.length, 'trace') : `the latest ${counted(traces.length, 'trace')}`;
  if (traces.length >= found) return counted(traces.length, 'trace');
  return `the ${countText(traces.length)} ${order === 'slowest' ? 'slowest' : 'largest'} of ${counted(found, 'trace')}`;
}

/** The way to traces that are not listed yet. */
function Older({ listed: { older, loadOlder } }: { readonly listed: ListedTraces }): VNode | null {
  if (older === 'none') return null;
  if (older === 'full') return <p class="counts">There are older ones: narrow the time to see them</p>;
  return (
    <button type="button" class="button" disabled={older === 'loading'} onClick={loadOlder}>
      {older === 'loading' ? 'Loading…' : 'Load older'}
    </button>
  );
}

function NoTraces(): VNode {
  if (conditionsIn(filter.value) > 0)
    return (
      <EmptyState title="No trace has these conditions">
        <ClearFilter />
      </EmptyState>
    );
  if (viewValue('errors') === '1') return <EmptyState title="No trace has an error" />;
  return (
    <EmptyState title="No traces yet">
      <p>Spans come from an application that traces with OpenTelemetry.</p>
      <EndpointLine />
    </EmptyState>
  );
}

function orderNow(): TraceOrder {
  const text = viewValue('order');
  return text === 'slowest' || text === 'largest' ? text : 'latest';
}
