import type { VNode } from 'preact';
import { overview, status } from '../state/connection.js';
import { filter, linkTo, route } from '../state/location.js';
import { rateText } from '../ui/number-format.js';
import { helpIsOpen } from './keyboard-help.js';
import { PAGE_LINKS } from './pages.js';

/** Name, navigation, and the state of the connection. */
export function Header(): VNode {
  const { page } = route.value;
  // a window of time and a service say what one looks at, on every page; other conditions belong to theirs;
  // most spans are better read as traces
  const { startTime, endTime, service } = filter.value;
  return (
    <header class="header">
      <a class="skip-link" href="#main" onClick={skip}>
        Skip to content
      </a>
      <a class="brand" href={linkTo('overview')}>
        <img src="icon.svg" alt="" width="20" height="20" />
        <span>RIMP</span>
      </a>
      <nav aria-label="Pages">
        {PAGE_LINKS.map((link) => (
          <a
            key={link.page}
            href={linkTo(link.page, { startTime, endTime, service, spans: link.page === 'events' ? 'exclude' : '' })}
            aria-current={isCurrent(link.page, page) ? 'page' : undefined}
          >
            {link.name}
          </a>
        ))}
      </nav>
      <ConnectionState />
      <button
        type="button"
        class="button icon-button"
        aria-label="Keyboard shortcuts"
        title="Keyboard shortcuts (?)"
        onClick={() => {
          helpIsOpen.value = true;
        }}
      >
        ?
      </button>
    </header>
  );
}

const WORDS = {
  connecting: 'Connecting',
  live: 'Live',
  broken: 'Reconnecting',
  refused: 'Refused',
  denied: 'No access',
} as const;

function ConnectionState(): VNode {
  const counts = overview.value;
  const rate =
    counts === undefined ? undefined : counts.eventsPerSecond + counts.metricsPerSecond + counts.spansPerSecond;
  return (
    <div class={`connection connection-${status.value}`}>
      <span class="dot" aria-hidden="true" />
      <span role="status">{WORDS[status.value]}</span>
      {rate !== undefined && status.value === 'live' && (
        <span class="rate" title="Events, metrics and spans a second">
          {rateText(rate)}
        </span>
      )}
    </div>
  );
}

function isCurrent(link: string, page: string): boolean {
  return link === page || (link === 'traces' && page === 'trace');
}

// the hash is the page's state: it must not become the target's name
function skip(event: Event): void {
  event.preventDefault();
  document.getElementById('main')?.focus();
}
