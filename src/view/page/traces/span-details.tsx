import type { VNode } from 'preact';
import type { SpanDetail } from '../../../model/otel-fields.js';
import { EventFields } from '../events/event-fields.js';
import { ValueTree } from '../events/value-tree.js';
import { linkTo } from '../state/location.js';
import { CopyButton } from '../ui/copy-button.js';
import { DetailsPanel } from '../ui/details-panel.js';
import { Text } from '../ui/text.js';
import { durationText } from '../ui/time-format.js';
import { nanosOf, startOf, type TraceRow } from './trace-model.js';

interface SpanDetailsProperties {
  readonly row: TraceRow;
  readonly close: () => void;
}

/** Events and links of one span that are shown at most. */
const MOST_ENTRIES = 200;

/** All of one span, or of an event in its trace. */
export function SpanDetails({ row, close }: SpanDetailsProperties): VNode {
  const { line, isSpan, remarks } = row;
  const { data, otel } = line;
  const span = otel?.span;
  return (
    <DetailsPanel label={isSpan ? 'Span' : 'Event'} line={line} close={close}>
      <p class="details-message" tabIndex={0}>
        <Text of={data.message} />
      </p>
      {remarks.map((remark) => (
        <p key={remark} class="details-remark">
          {isSpan ? 'This span' : 'This event'}: {remark}.
        </p>
      ))}
      <div class="details-actions">
        <CopyButton text={() => JSON.stringify(line, undefined, 2)} label="Copy as JSON" />
        <a
          class="button"
          href={linkTo('events', { traceId: otel?.traceId }, { event: data.event_id, at: data.timestamp })}
        >
          Among the events
        </a>
      </div>
      <EventFields event={line} />
      {data.metadata !== null && (
        <ValueTree title={isSpan ? 'Attributes' : 'Metadata'} place="metadata" value={data.metadata} />
      )}
      {span !== undefined && <SpanEvents span={span} start={startOf(line)} />}
      {span !== undefined && <SpanLinks span={span} />}
      {otel?.body !== undefined && <ValueTree title="Body" value={otel.body} />}
      {otel?.resource !== undefined && <ValueTree title="Resource" place="resource" value={otel.resource} />}
    </DetailsPanel>
  );
}

function SpanEvents({ span, start }: { readonly span: SpanDetail; readonly start: bigint }): VNode | null {
  const { events = [], droppedEventsCount = 0 } = span;
  if (events.length === 0 && droppedEventsCount === 0) return null;
  return (
    <section class="span-parts">
      <h3>Events within the span</h3>
      <ul>
        {events.slice(0, MOST_ENTRIES).map(({ name, timeUnixNano, attributes }, index) => (
          // oxlint-disable-next-line react/no-array-index-key -- names and times may be the same
          <li key={index}>
            <span class="span-offset">{offsetText(timeUnixNano, start)}</span>{' '}
            <span class="span-event">
              <Text of={name} longest={1_000} />
            </span>
            {attributes !== undefined && Object.keys(attributes).length > 0 && (
              <ValueTree title="Attributes" value={attributes} />
            )}
          </li>
        ))}
      </ul>
      <More count={events.length - MOST_ENTRIES} dropped={droppedEventsCount} />
    </section>
  );
}

function SpanLinks({ span }: { readonly span: SpanDetail }): VNode | null {
  const { links = [], droppedLinksCount = 0 } = span;
  if (links.length === 0 && droppedLinksCount === 0) return null;
  return (
    <section class="span-parts">
      <h3>Links to other spans</h3>
      <ul>
        {links.slice(0, MOST_ENTRIES).map(({ traceId, spanId, attributes }, index) => (
          // oxlint-disable-next-line react/no-array-index-key -- links may be the same
          <li key={index}>
            {traceId === '' ? (
              <span class="muted">a link without a valid id</span>
            ) : (
              <a class="is-id" href={linkTo({ page: 'trace', traceId })}>
                {traceId}
              </a>
            )}{' '}
            <span class="is-id muted">{spanId}</span>
            {attributes !== undefined && Object.keys(attributes).length > 0 && (
              <ValueTree title="Attributes" value={attributes} />
            )}
          </li>
        ))}
      </ul>
      <More count={links.length - MOST_ENTRIES} dropped={droppedLinksCount} />
    </section>
  );
}

function More({ count, dropped }: { readonly count: number; readonly dropped: number }): VNode | null {
  if (count <= 0 && dropped === 0) return null;
  const words = [count > 0 ? `${count} more` : '', dropped > 0 ? `${dropped} were dropped by the sender's limits` : ''];
  return <p class="muted">… {words.filter((each) => each !== '').join('; ')}</p>;
}

function offsetText(timeUnixNano: string, start: bigint): string {
  const at = nanosOf(timeUnixNano);
  if (at === undefined) return '?';
  const millis = Number(at - start) / 1e6;
  return millis < 0 ? durationText(millis) : `+${durationText(millis)}`;
}
