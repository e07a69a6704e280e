import type { VNode } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { isNarrow } from '../ui/media.js';
import { durationText } from '../ui/time-format.js';
import { useVirtualRows } from '../ui/virtual.js';
import { timeTicks } from './time-ticks.js';
import type { TraceModel } from './trace-model.js';
import { WaterfallRow } from './waterfall-row.js';
import type { WaterfallState } from './waterfall-state.js';

const ROW_PIXELS = 26;
const NARROW_ROW_PIXELS = 46;

interface WaterfallProperties {
  readonly model: TraceModel;
  readonly state: WaterfallState;
}

/** A trace as bars along its time, each below what it is within. Only the rows in sight are in the document. */
export function Waterfall({ model, state }: WaterfallProperties): VNode {
  const scroller = useRef<HTMLDivElement>(null);
  const rows = state.rows.value;
  const rowHeight = isNarrow.value ? NARROW_ROW_PIXELS : ROW_PIXELS;
  const shown = useVirtualRows({ scroller, count: rows.length, rowHeight });
  const active = state.index.value;
  useBringIntoSight(scroller, state, rowHeight);
  return (
    <div class="waterfall">
      <TimeAxis duration={model.duration} />
      <div
        ref={scroller}
        class="waterfall-scroller"
        role="treegrid"
        aria-label="Spans and events of the trace"
        aria-rowcount={rows.length}
        aria-activedescendant={shown.some(({ index }) => index === active) ? `span-${active}` : undefined}
        tabIndex={0}
      >
        <div class="waterfall-rows" role="rowgroup" style={{ height: `${rows.length * rowHeight}px` }}>
          {shown.map(({ index }) => {
            const row = rows[index];
            if (row === undefined) return null;
            return (
              <WaterfallRow
                key={row.id}
                row={row}
                index={index}
                top={index * rowHeight}
                duration={model.duration}
                seriesNumber={(model.services.indexOf(row.service) % 8) + 1}
                isSelected={index === active}
                state={state}
              />
            );
          })}
        </div>
      </div>
    </div>
  );
}

function TimeAxis({ duration }: { readonly duration: number }): VNode {
  const ticks = timeTicks(duration, isNarrow.value ? 3 : 6);
  return (
    <div class="waterfall-axis" aria-hidden="true">
      <div class="waterfall-ticks">
        {ticks.map((at) => (
          <span key={at} style={{ left: `${duration > 0 ? (at / duration) * 100 : 0}%` }}>
            {at <= duration * 0.94 ? durationText(at) : ''}
          </span>
        ))}
      </div>
    </div>
  );
}

function useBringIntoSight(
  scroller: { readonly current: HTMLElement | null },
  state: WaterfallState,
  rowHeight: number,
): void {
  const { wanted } = state;
  useLayoutEffect(() => {
    const element = scroller.current;
    const index = state.rows.peek().findIndex(({ id }) => id === wanted);
    if (element === null || index < 0) return;
    const top = index * rowHeight;
    const { scrollTop, clientHeight } = element;
    const isNear = top > scrollTop - clientHeight && top < scrollTop + 2 * clientHeight;
    if (!isNear) element.scrollTop = Math.max(0, top - clientHeight / 2);
    else if (top < scrollTop) element.scrollTop = top;
    else if (top + rowHeight > scrollTop + clientHeight) element.scrollTop = top + rowHeight - clientHeight;
  }, [wanted]);
}
