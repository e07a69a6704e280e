import type { VNode } from 'preact';
import type { EventLine } from '../../api-types.js';
import { hello } from '../state/connection.js';
import { linkTo } from '../state/location.js';
import { CopyButton } from '../ui/copy-button.js';
import { DetailsPanel } from '../ui/details-panel.js';
import { Text } from '../ui/text.js';
import { EventFields } from './event-fields.js';
import { historyState } from './history.js';
import { isLoadingSelected, unselect } from './selection.js';
import { ValueTree } from './value-tree.js';

/** Time before and after an event that "around this moment" shows, in milliseconds. */
const AROUND_MILLIS = 30_000;

/** All of one event. */
export function EventDetails({ event }: { readonly event: EventLine | undefined }): VNode {
  return (
    <DetailsPanel label="Event" line={event} close={unselect}>
      {event === undefined ? <Missing /> : <Body event={event} />}
    </DetailsPanel>
  );
}

function Missing(): VNode {
  const isComing = isLoadingSelected.value || hello.value === undefined || historyState.value === 'loading';
  return <p class="muted">{isComing ? 'Loading…' : 'This event is not in the list, nor in the storage.'}</p>;
}

function Body({ event }: { readonly event: EventLine }): VNode {
  const { data, otel } = event;
  const at = Date.parse(data.timestamp);
  const iso = (millis: number) => new Date(millis).toISOString();
  const around = { startTime: iso(at - AROUND_MILLIS), endTime: iso(at + AROUND_MILLIS) };
  const shown = { event: data.event_id, at: data.timestamp };
  return (
    <>
      <p class="details-message">
        <Text of={data.message} />
      </p>
      <div class="details-actions">
        <CopyButton text={() => JSON.stringify(event, undefined, 2)} label="Copy as JSON" />
        <a class="button" href={linkTo('events', around, shown)}>
          Around this moment
        </a>
        {otel?.traceId !== undefined && (
          <>
            <a class="button" href={linkTo('events', { traceId: otel.traceId }, shown)}>
              All of this trace
            </a>
            <a class="button" href={linkTo({ page: 'trace', traceId: otel.traceId })}>
              Waterfall
            </a>
          </>
        )}
      </div>
      <EventFields event={event} />
      {data.metadata !== null && <ValueTree title="Metadata" place="metadata" value={data.metadata} />}
      {otel?.body !== undefined && <ValueTree title="Body" value={otel.body} />}
      {otel?.resource !== undefined && <ValueTree title="Resource" place="resource" value={otel.resource} />}
      {otel?.scopeAttributes !== undefined && <ValueTree title="Scope attributes" value={otel.scopeAttributes} />}
      {otel?.invalid !== undefined && <ValueTree title="Fields with values they can't have" value={otel.invalid} />}
    </>
  );
}
