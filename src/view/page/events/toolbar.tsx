import type { VNode } from 'preact';
import { apiUrl } from '../api/request.js';
import { hello } from '../state/connection.js';
import { filter, setView } from '../state/location.js';
import { countText } from '../ui/number-format.js';
import { isPaused, list, pendingCount, setPaused, version } from './event-store.js';
import { stepToError } from './selection.js';

/** What is shown of the events, how many there are, and what can be done with them. */
export function Toolbar({ isPatterns }: { readonly isPatterns: boolean }): VNode {
  const paused = isPaused.value;
  return (
    <div class="toolbar">
      <div class="tabs" role="group" aria-label="View">
        <button type="button" aria-pressed={!isPatterns} onClick={() => setView({ tab: undefined })}>
          List
        </button>
        <button type="button" aria-pressed={isPatterns} onClick={() => setView({ tab: 'patterns' })}>
          Patterns
        </button>
      </div>
      {!isPatterns && <Counts />}
      <div class="toolbar-actions">
        {!isPatterns && (
          <>
            <button
              type="button"
              class="button"
              title="Previous error (p)"
              aria-label="Previous error"
              onClick={() => void stepToError(-1)}
            >
              ↑<span class="type-error badge">error</span>
            </button>
            <button
              type="button"
              class="button"
              title="Next error (n)"
              aria-label="Next error"
              onClick={() => void stepToError(1)}
            >
              ↓<span class="type-error badge">error</span>
            </button>
            <button
              type="button"
              class={paused ? 'button is-paused' : 'button'}
              title={paused ? 'Resume (Space)' : 'Pause (Space)'}
              onClick={() => setPaused(!paused)}
            >
              {paused ? `Resume${pendingCount.value > 0 ? ` (${countText(pendingCount.value)})` : ''}` : 'Pause'}
            </button>
          </>
        )}
        {hello.value?.hasHistory === true && <Download />}
      </div>
    </div>
  );
}

function Counts(): VNode {
  void version.value;
  return (
    <p class="counts">
      <strong>{countText(list.events)}</strong> {list.events === 1 ? 'event' : 'events'}
      {list.dropped > 0 && (
        <span title="The list is bounded: the oldest events left it. They are in the storage, if there is one.">
          {' '}
          · {countText(list.dropped)} older left the list
        </span>
      )}
    </p>
  );
}

function Download(): VNode {
  const link = (format: 'jsonl' | 'csv') => apiUrl('export', { ...filter.value, kinds: 'event', format });
  return (
    <details class="menu" onFocusOut={closeIfLeft}>
      <summary class="button">Download</summary>
      <div class="menu-list panel" onClick={close}>
        <a href={link('jsonl')} download="events.jsonl">
          JSON lines
        </a>
        <a href={link('csv')} download="events.csv">
          CSV
        </a>
      </div>
    </details>
  );
}

function close({ currentTarget }: { readonly currentTarget: HTMLElement }): void {
  currentTarget.closest('details')?.removeAttribute('open');
}

function closeIfLeft(event: FocusEvent & { readonly currentTarget: HTMLElement }): void {
  if (!event.currentTarget.contains(event.relatedTarget as Node | null)) event.currentTarget.removeAttribute('open');
}
