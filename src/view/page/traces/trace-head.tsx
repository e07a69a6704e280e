import type { VNode } from 'preact';
import { linkTo } from '../state/location.js';
import { CopyButton } from '../ui/copy-button.js';
import { counted, countText } from '../ui/number-format.js';
import { Text } from '../ui/text.js';
import { Time } from '../ui/time.js';
import { durationText } from '../ui/time-format.js';
import { MOST_LINES } from './load-trace.js';
import type { TraceModel } from './trace-model.js';
import type { WaterfallState } from './waterfall-state.js';

interface TraceHeadProperties {
  readonly traceId: string;
  readonly model: TraceModel;
  /** Whether the trace has more than what was loaded. */
  readonly isCut: boolean;
  readonly state: WaterfallState;
}

/** What a trace is, at a glance, and what one can do with it. */
export function TraceHead({ traceId, model, isCut, state }: TraceHeadProperties): VNode {
  const { rows, spans, events, errors, orphans, duration, startIso, services } = model;
  const first =
    rows.find(({ isSpan, isOrphan }) => isSpan && !isOrphan) ?? rows.find(({ isSpan }) => isSpan) ?? rows[0];
  return (
    <div class="trace-head">
      <h1 class="trace-title">
        <Text of={first?.line.data.message ?? ''} longest={200} />
      </h1>
      <p class="trace-facts">
        <Time iso={startIso} withDay />
        <strong>{durationText(duration)}</strong>
        <span>{counted(spans, 'span')}</span>
        {events > 0 && <span>{counted(events, 'log event')}</span>}
        {errors > 0 && <span class="badge type-error">{counted(errors, 'error')}</span>}
        {orphans > 0 && (
          <span class="trace-warning" title="Their parents were not received, or not yet.">
            {counted(orphans, 'row')} without {orphans === 1 ? 'its' : 'their'} parent
          </span>
        )}
        {isCut && <span class="trace-warning">the first {countText(MOST_LINES)} are shown</span>}
      </p>
      <div class="trace-actions">
        <button type="button" class="button" onClick={() => state.setAllOpen(state.isAnyClosed)}>
          {state.isAnyClosed ? 'Open all' : 'Close all'}
        </button>
        <a class="button" href={linkTo('events', { traceId })}>
          Events of this trace
        </a>
        <CopyButton text={() => traceId} label="Copy the id" />
      </div>
      {services.some((service) => service !== '') && (
        <ul class="trace-services" aria-label="Services">
          {services.map((service, index) => (
            <li key={service} class={`series-${(index % 8) + 1}`}>
              <span class="swatch" aria-hidden="true" />
              <Text of={service === '' ? '(no service)' : service} longest={60} />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
