import type { VNode } from 'preact';
import type { Overview } from '../../api-types.js';
import { hello, overview } from '../state/connection.js';
import { EmptyState, EndpointLine } from '../ui/empty-state.js';
import { ErrorSources } from './error-sources.js';
import { Figures } from './figures.js';
import { Ledgers } from './ledgers.js';
import { RateChart } from './rate-chart.js';
import { Services } from './services.js';

/** What happens now, and whether anything was lost. */
export function OverviewPage(): VNode {
  const counts = overview.value;
  return (
    <>
      <h1 class="visually-hidden">Overview</h1>
      {counts === undefined || hello.value === undefined ? <EmptyState title="Loading…" /> : <Counts counts={counts} />}
    </>
  );
}

function Counts({ counts }: { readonly counts: Overview }): VNode {
  const isEmpty =
    counts.events + counts.metrics + counts.spans === 0 && counts.ledgers.every(({ accepted }) => accepted === 0);
  return (
    <>
      {isEmpty && (
        <EmptyState title="Nothing has come yet">
          <EndpointLine />
        </EmptyState>
      )}
      <div class="overview">
        <Figures counts={counts} />
        {!isEmpty && <RateChart counts={counts} />}
        {!isEmpty && <ErrorSources counts={counts} />}
        {!isEmpty && <Services counts={counts} />}
        <Ledgers ledgers={counts.ledgers} />
      </div>
    </>
  );
}
