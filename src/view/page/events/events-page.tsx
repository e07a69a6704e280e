import type { VNode } from 'preact';
import { useEffect } from 'preact/hooks';
import { addKey } from '../shell/keys.js';
import { place } from '../state/location.js';
import { EventDetails } from './event-details.js';
import { follow, isPaused, setPaused } from './event-store.js';
import { EventTable } from './event-table.js';
import { PatternsTab } from './patterns-tab.js';
import { said, selected, selectedId, step, stepToError, unselect } from './selection.js';
import { Toolbar } from './toolbar.js';

/** The events as they come, and before; their patterns; one of them in detail. */
export function EventsPage(): VNode {
  const isPatterns = place.value.view.tab === 'patterns';
  return (
    <>
      <h1 class="visually-hidden">Events</h1>
      <Toolbar isPatterns={isPatterns} />
      <div class="visually-hidden" role="status">
        {said.value}
      </div>
      <div class="events-body">{isPatterns ? <PatternsTab /> : <ListTab />}</div>
    </>
  );
}

function ListTab(): VNode {
  useEffect(() => {
    const removes = [
      addKey({ keys: ['j', 'ArrowDown'], words: 'Next event', run: () => step(1) }),
      addKey({ keys: ['k', 'ArrowUp'], words: 'Previous event', run: () => step(-1) }),
      addKey({ keys: ['n'], words: 'Next error', run: () => void stepToError(1) }),
      addKey({ keys: ['p'], words: 'Previous error', run: () => void stepToError(-1) }),
      addKey({ keys: [' '], words: 'Pause, resume', run: () => setPaused(!isPaused.peek()) }),
      addKey({ keys: ['G', 'End'], words: 'Newest events', run: follow }),
      addKey({ keys: ['Escape'], words: 'Close the details', run: unselect }),
    ];
    return () => {
      for (const remove of removes) remove();
    };
  }, []);
  const id = selectedId.value;
  return (
    <>
      <EventTable />
      {id !== '' && <EventDetails key={id} event={selected.value} />}
    </>
  );
}
