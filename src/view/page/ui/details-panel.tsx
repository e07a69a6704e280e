import type { ComponentChildren, VNode } from 'preact';
import type { EventLine } from '../../api-types.js';
import { Time } from './time.js';
import { TypeBadge } from './type-badge.js';

interface DetailsPanelProperties {
  /** What is shown: `Event` or `Span`. */
  readonly label: string;
  /** The line that is shown; `undefined` if it is not there yet. */
  readonly line: EventLine | undefined;
  readonly close: () => void;
  readonly children: ComponentChildren;
}

/** The panel beside a list that has all of one line of it, under its type and its time. */
export function DetailsPanel({ label, line, close, children }: DetailsPanelProperties): VNode {
  return (
    <aside class="details" aria-label={label}>
      <div class="details-head">
        {line !== undefined && (
          <>
            <TypeBadge type={line.data.event_type} />
            <Time iso={line.data.timestamp} unixNano={line.otel?.timeUnixNano} withDay />
          </>
        )}
        <button
          type="button"
          class="button icon-button close"
          aria-label="Close the details"
          title="Close (Esc)"
          onClick={close}
        >
          ×
        </button>
      </div>
      {children}
    </aside>
  );
}
