import type { VNode } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { isNarrow } from '../ui/media.js';
import { useVirtualRows } from '../ui/virtual.js';
import { EventColumns } from './event-columns.js';
import { EventRowView } from './event-row.js';
import { follow, follows, generation, isPaused, length, list, stopFollowing, unseen, version } from './event-store.js';
import { EventsEmpty } from './events-empty.js';
import { GapRowView } from './gap-row.js';
import { historyBegun, historyState, loadOlder } from './history.js';
import { HistoryNotice } from './history-notice.js';
import { selectedId, showSelected, wanted } from './selection.js';

const ROW_PIXELS = 24;
const NARROW_ROW_PIXELS = 46;
/** Older events are loaded when so many rows are left above. */
const ROWS_AHEAD = 100;

/** The list of events, the newest at the bottom. Only the rows in sight are in the document. */
export function EventTable(): VNode {
  void version.value;
  const scroller = useRef<HTMLDivElement>(null);
  const lastTop = useRef(0);
  const [columns] = useState(() => new EventColumns());
  const count = length.value;
  const rowHeight = isNarrow.value ? NARROW_ROW_PIXELS : ROW_PIXELS;
  const rows = useVirtualRows({ scroller, count, rowHeight });
  const selection = selectedId.value;

  useLayoutEffect(() => {
    const element = scroller.current;
    // rows that came since the last frame have no height yet: the next frame shows them
    if (element === null || count !== list.length) return;
    const shift = list.takeShift();
    if (follows.peek()) element.scrollTop = element.scrollHeight;
    else if (shift !== 0) element.scrollTop += shift * rowHeight;
    lastTop.current = element.scrollTop;
  });
  useBringIntoSight(scroller, count, rowHeight);
  useEffect(() => {
    // a link to one event shows that one, not the newest
    showSelected();
  }, [historyBegun.value]);

  const onScroll = () => {
    const element = scroller.current;
    if (element === null) return;
    const { scrollTop, scrollHeight, clientHeight } = element;
    // a list that grows is not at its end either; only who scrolls up leaves it
    if (scrollHeight - clientHeight - scrollTop < rowHeight / 2) {
      if (!isPaused.peek() && !follows.peek()) follow();
    } else if (scrollTop < lastTop.current) stopFollowing();
    lastTop.current = scrollTop;
    if (scrollTop < ROWS_AHEAD * rowHeight && historyState.peek() === 'idle') void loadOlder();
  };

  if (count === 0)
    return (
      <div class="event-table">
        <HistoryNotice />
        <EventsEmpty />
      </div>
    );
  const activeIndex = list.indexOf(selection);
  const inSight = rows.flatMap(({ index }) => {
    const row = list.at(index);
    return row?.kind === 'event' ? [row.event] : [];
  });
  return (
    <div class="event-table">
      <HistoryNotice />
      <div
        ref={scroller}
        class="event-scroller"
        role="grid"
        aria-label="Events"
        aria-rowcount={count}
        aria-multiselectable={false}
        aria-activedescendant={rows.some(({ index }) => index === activeIndex) ? `row-${activeIndex}` : undefined}
        tabIndex={0}
        style={columns.widths(generation.value, inSight)}
        onScroll={onScroll}
      >
        <div class="event-rows" role="rowgroup" style={{ height: `${count * rowHeight}px` }}>
          {rows.map(({ index }) => {
            const row = list.at(index);
            if (row === undefined) return null;
            const position = { index, top: index * rowHeight };
            if (row.kind === 'gap') return <GapRowView key={row.key} row={row} {...position} />;
            const isSelected = index === activeIndex;
            return <EventRowView key={row.key} event={row.event} isSelected={isSelected} {...position} />;
          })}
        </div>
      </div>
      {!follows.value && (
        <button type="button" class="button new-events" onClick={follow}>
          ↓ {unseen.value > 0 ? `${unseen.value.toLocaleString('en-GB')} new` : 'Newest'}
        </button>
      )}
    </div>
  );
}

/** Scrolls to the event that is wanted, once it is in the list. */
function useBringIntoSight(scroller: { readonly current: HTMLElement | null }, count: number, rowHeight: number): void {
  const target = wanted.value;
  const reached = useRef<typeof target>(undefined);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null || target === undefined || target === reached.current || count !== list.length) return;
    const index = list.indexOf(target.eventId);
    if (index < 0) return;
    reached.current = target;
    stopFollowing();
    const top = index * rowHeight;
    const isInSight = top >= element.scrollTop && top + rowHeight <= element.scrollTop + element.clientHeight;
    if (!isInSight) element.scrollTop = Math.max(0, top - element.clientHeight / 2);
  });
}
