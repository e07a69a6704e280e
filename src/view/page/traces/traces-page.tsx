import type { VNode } from 'preact';
import type { TraceLine, Traces } from '../../api-types.js';
import { conditionsIn } from '../state/filter.js';
import { filter, setView, viewValue } from '../state/location.js';
import { EmptyState, EndpointLine } from '../ui/empty-state.js';
import { counted } from '../ui/number-format.js';
import { usePolled } from '../ui/polled.js';
import { Text } from '../ui/text.js';
import { TraceTable } from './trace-table.js';

const ORDERS = { latest: 'Latest', slowest: 'Slowest', largest: 'Most spans' } as const;
type Order = keyof typeof ORDERS;

/** The latest traces; a click opens one. */
export function TracesPage(): VNode {
  return (
    <>
      <h1 class="visually-hidden">Traces</h1>
      <Content />
    </>
  );
}

function Content(): VNode {
  const { answer, problem } = usePolled<Traces>('traces', { ...filter.value });
  const found = answer.value;
  if (found === undefined)
    return problem.value === '' ? (
      <EmptyState title="Loading…" />
    ) : (
      <EmptyState title="The traces could not be loaded">
        <p role="alert">
          <Text of={problem.value} longest={500} />
        </p>
      </EmptyState>
    );
  const order = orderNow();
  const onlyErrors = viewValue('errors') === '1';
  const traces = sorted(
    found.traces.filter(({ errors }) => !onlyErrors || errors > 0),
    order,
  );
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
          onClick={() => setView({ errors: onlyErrors ? '' : '1' })}
        >
          With errors
        </button>
        <p class="counts">
          {counted(traces.length, 'trace')}
          {found.cut && '; older ones are not shown'}
          {problem.value !== '' && (
            <span class="trace-warning">
              {' '}
              not up to date: <Text of={problem.value} longest={200} />
            </span>
          )}
        </p>
      </div>
      {traces.length === 0 ? (
        <NoTraces isFiltered={found.traces.length > 0 || conditionsIn(filter.value) > 0} />
      ) : (
        <TraceTable traces={traces} />
      )}
    </>
  );
}

function NoTraces({ isFiltered }: { readonly isFiltered: boolean }): VNode {
  if (isFiltered) return <EmptyState title="No trace has these conditions" />;
  return (
    <EmptyState title="No traces yet">
      <p>Spans come from an application that traces with OpenTelemetry.</p>
      <EndpointLine />
    </EmptyState>
  );
}

function orderNow(): Order {
  const text = viewValue('order');
  return text === 'slowest' || text === 'largest' ? text : 'latest';
}

function sorted(traces: readonly TraceLine[], order: Order): readonly TraceLine[] {
  if (order === 'slowest') return traces.toSorted((a, b) => b.durationMillis - a.durationMillis);
  if (order === 'largest') return traces.toSorted((a, b) => b.spans + b.events - a.spans - a.events);
  return traces;
}
