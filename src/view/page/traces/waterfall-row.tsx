import type { VNode } from 'preact';
import { Text } from '../ui/text.js';
import { durationText } from '../ui/time-format.js';
import { TYPE_WORDS } from '../ui/type-badge.js';
import type { TraceRow } from './trace-model.js';
import type { WaterfallState } from './waterfall-state.js';

interface WaterfallRowProperties {
  readonly row: TraceRow;
  readonly index: number;
  /** Its place, in pixels from the top. */
  readonly top: number;
  /** Of the whole trace, in milliseconds. */
  readonly duration: number;
  /** Number of its service's colour. */
  readonly seriesNumber: number;
  readonly isSelected: boolean;
  readonly state: WaterfallState;
}

/** Characters of a name that a row shows at most. */
const LONGEST = 300;
/** Names of deep spans would leave no room. */
const MOST_INDENTS = 16;

export function WaterfallRow(properties: WaterfallRowProperties): VNode {
  const { row, index, top, seriesNumber, isSelected, state } = properties;
  const type = row.line.data.event_type;
  const classes = ['waterfall-row', `type-${type}`, `series-${seriesNumber}`, row.isSpan ? 'is-span' : 'is-event'];
  if (isSelected) classes.push('is-selected');
  return (
    <div
      id={`span-${index}`}
      class={classes.join(' ')}
      role="row"
      aria-rowindex={index + 1}
      aria-level={row.depth + 1}
      aria-expanded={row.within > 0 ? state.isOpen(row) : undefined}
      aria-selected={isSelected}
      style={{ transform: `translateY(${top}px)` }}
      onClick={() => state.select(row)}
    >
      <NameCell row={row} state={state} />
      <BarCell {...properties} />
    </div>
  );
}

function NameCell({ row, state }: { readonly row: TraceRow; readonly state: WaterfallState }): VNode {
  const { line, depth, within, isSpan, service, remarks } = row;
  const isOpen = state.isOpen(row);
  const { event_type: type, message } = line.data;
  return (
    <span role="gridcell" class="waterfall-name" style={{ paddingLeft: `${Math.min(depth, MOST_INDENTS) * 14}px` }}>
      {within > 0 ? (
        <button
          type="button"
          class="waterfall-toggle"
          tabIndex={-1}
          aria-label={isOpen ? 'Close' : 'Open'}
          onClick={(event) => {
            event.stopPropagation();
            state.setOpen(row, !isOpen);
          }}
        >
          {isOpen ? '▾' : '▸'}
        </button>
      ) : (
        <span class="waterfall-toggle" />
      )}
      {remarks.length > 0 && (
        <span class="waterfall-remark" role="img" title={remarks.join('; ')} aria-label={remarks.join('; ')}>
          !
        </span>
      )}
      {!isSpan && <span class="badge">{TYPE_WORDS[type] ?? type}</span>}
      <span class="waterfall-text">
        <Text of={message === '' ? '(no name)' : message} longest={LONGEST} />
      </span>
      {isSpan && service !== '' && (
        <span class="waterfall-service">
          <Text of={service} longest={60} />
        </span>
      )}
      {!isOpen && <span class="waterfall-within">+{within}</span>}
    </span>
  );
}

function BarCell({ row, duration }: WaterfallRowProperties): VNode {
  const share = (millis: number) => (duration > 0 ? Math.min(100, Math.max(0, (millis / duration) * 100)) : 0);
  const left = share(row.start);
  const width = Math.min(100 - left, share(row.duration));
  if (!row.isSpan)
    return (
      <span role="gridcell" class="waterfall-time">
        <span class="waterfall-lane">
          <span class="waterfall-moment" style={{ left: `${left}%` }} />
          <span class="visually-hidden">at {durationText(row.start)}</span>
        </span>
      </span>
    );
  // the label stands where there is room: after the bar, before it, or at the end of it
  const place = left + width < 82 ? 'after' : left > 18 ? 'before' : 'on';
  const label = {
    after: { left: `${left + width}%` },
    before: { right: `${100 - left}%` },
    on: { right: `${100 - left - width}%` },
  };
  return (
    <span role="gridcell" class="waterfall-time">
      <span class="waterfall-lane">
        <span class="waterfall-bar" style={{ left: `${left}%`, width: `${width}%` }} />
        <span class={`waterfall-label is-${place}`} style={label[place]}>
          {row.remarks.includes('its end is unknown') ? '?' : durationText(row.duration)}
        </span>
      </span>
    </span>
  );
}
