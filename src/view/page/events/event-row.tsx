import type { VNode } from 'preact';
import type { EventLine } from '../../api-types.js';
import { Text } from '../ui/text.js';
import { Time } from '../ui/time.js';
import { dayOf, durationText } from '../ui/time-format.js';
import { TypeBadge } from '../ui/type-badge.js';
import { visibleText } from '../ui/visible-text.js';
import { serviceBeside, sourceText } from './event-columns.js';
import { previewOf } from './preview.js';
import { select } from './selection.js';
import { spanMillis } from './span-millis.js';

interface EventRowProperties {
  readonly event: EventLine;
  readonly index: number;
  /** Its place, in pixels from the top of the list. */
  readonly top: number;
  readonly isSelected: boolean;
}

/** Characters of a message that a row shows at most. */
const LONGEST = 600;

/** One event in the list. */
export function EventRowView({ event, index, top, isSelected }: EventRowProperties): VNode {
  const { data, otel } = event;
  const service = serviceBeside(event);
  const length = spanMillis(event);
  const isToday = dayOf(new Date(data.timestamp)) === dayOf(new Date());
  return (
    <div
      id={`row-${index}`}
      class={`event-row type-${data.event_type}${isSelected ? ' is-selected' : ''}`}
      role="row"
      aria-rowindex={index + 1}
      aria-selected={isSelected}
      style={{ transform: `translateY(${top}px)` }}
      onClick={() => select(event)}
    >
      <span role="gridcell" class="cell-time">
        <Time iso={data.timestamp} unixNano={otel?.timeUnixNano} withDay={!isToday} />
      </span>
      <span role="gridcell" class="cell-type">
        <TypeBadge type={data.event_type} />
      </span>
      <span role="gridcell" class="cell-source" title={visibleText(sourceText(event).slice(0, LONGEST))}>
        {service !== undefined && (
          <span class="cell-service">
            <Text of={service} longest={100} />{' '}
          </span>
        )}
        <Text of={data.source} longest={200} />
      </span>
      <span role="gridcell" class="cell-message">
        {otel?.span !== undefined && (
          <span class="span-mark" title="A span of a trace, and how long it took">
            span{length === undefined ? '' : ` ${durationText(length)}`}
          </span>
        )}{' '}
        <Text of={data.message} longest={LONGEST} />{' '}
        <span class="cell-preview">
          <Text of={previewOf(data.metadata)} />
        </span>
      </span>
    </div>
  );
}
