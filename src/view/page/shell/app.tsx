import type { VNode } from 'preact';
import { useEffect } from 'preact/hooks';
import { EventsPage } from '../events/events-page.js';
import { MetricsPage } from '../metrics/metrics-page.js';
import { OverviewPage } from '../overview/overview-page.js';
import { route } from '../state/location.js';
import { TracePage } from '../traces/trace-page.js';
import { TracesPage } from '../traces/traces-page.js';
import { ConnectionProblem } from './connection-problem.js';
import { FilterBar } from './filter-bar.js';
import { Header } from './header.js';
import { KeyboardHelp } from './keyboard-help.js';
import { addKey, installKeys } from './keys.js';
import { PageBoundary } from './page-boundary.js';
import { PAGE_LINKS } from './pages.js';

export function App(): VNode {
  useEffect(() => installKeys(), []);
  useEffect(
    () => addKey({ keys: ['/'], words: 'Search in the text', run: () => document.getElementById('f-text')?.focus() }),
    [],
  );
  const { page } = route.value;
  useEffect(() => {
    const name = PAGE_LINKS.find((link) => link.page === page)?.name ?? 'Trace';
    document.title = `${name} · RIMP telemetry`;
  }, [page]);
  return (
    <>
      <Header />
      <ConnectionProblem />
      <FilterBar page={page} />
      <main id="main" tabIndex={-1} class={`page page-${page}`}>
        <PageBoundary key={page}>
          <CurrentPage />
        </PageBoundary>
      </main>
      <KeyboardHelp />
    </>
  );
}

function CurrentPage(): VNode {
  const current = route.value;
  switch (current.page) {
    case 'events':
      return <EventsPage />;
    case 'traces':
      return <TracesPage />;
    case 'trace':
      return <TracePage key={current.traceId} traceId={current.traceId} />;
    case 'metrics':
      return <MetricsPage />;
    case 'overview':
      return <OverviewPage />;
  }
}
