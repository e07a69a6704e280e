import type { VNode } from 'preact';
import type { MetricNames } from '../../api-types.js';
import { conditionsIn } from '../state/filter.js';
import { filter, viewValue } from '../state/location.js';
import { EmptyState, EndpointLine } from '../ui/empty-state.js';
import { ClearFilter, isLoaded, NotLoaded } from '../ui/not-loaded.js';
import { usePolled } from '../ui/polled.js';
import { MetricDetail } from './metric-detail.js';
import { MetricGrid } from './metric-grid.js';

/** All metrics at a glance, or one of them as charts. */
export function MetricsPage(): VNode {
  const { answer, problem } = usePolled<MetricNames>('metric-names', { ...filter.value });
  const found = answer.value;
  const chosen = viewValue('metric');
  return (
    <>
      <h1 class="visually-hidden">Metrics</h1>
      {chosen === '' ? (
        <AllMetrics found={found} problem={problem.value} />
      ) : (
        <MetricDetail key={chosen} name={chosen} names={found?.names ?? []} />
      )}
    </>
  );
}

interface AllMetricsProperties {
  readonly found: MetricNames | undefined;
  readonly problem: string;
}

function AllMetrics({ found, problem }: AllMetricsProperties): VNode {
  if (!isLoaded(found, problem)) return <NotLoaded what="The metrics" problem={problem} />;
  if (found.names.length === 0)
    return conditionsIn(filter.value) > 0 ? (
      <EmptyState title="No metric has these conditions">
        <ClearFilter />
      </EmptyState>
    ) : (
      <EmptyState title="No metrics yet">
        <p>They come from an application that measures with OpenTelemetry, every minute by default.</p>
        <EndpointLine />
      </EmptyState>
    );
  return <MetricGrid found={found} problem={problem} />;
}
