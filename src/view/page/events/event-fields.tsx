import type { VNode } from 'preact';
import type { EventLine } from '../../api-types.js';
import type { FilterChange } from '../state/filter.js';
import { setFilter } from '../state/location.js';
import { Text } from '../ui/text.js';
import { durationText } from '../ui/time-format.js';
import { spanMillis } from './span-millis.js';

interface Field {
  readonly name: string;
  readonly value: string | number | undefined;
  /** The filter for this value, if there is one. */
  readonly change?: FilterChange;
}

/** What an event has beside its message, metadata and resource. */
export function EventFields({ event }: { readonly event: EventLine }): VNode {
  return (
    <dl class="fields">
      {fieldsOf(event).map(({ name, value, change }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            <span class={name.endsWith(' id') ? 'is-id' : undefined}>
              <Text of={String(value)} />
            </span>
            {change !== undefined && (
              <button
                type="button"
                class="filter-by"
                aria-label={`Filter by this ${name.toLowerCase()}`}
                title="Filter by this value"
                onClick={() => setFilter(change)}
              >
                =
              </button>
            )}
          </dd>
        </div>
      ))}
    </dl>
  );
}

function fieldsOf(event: EventLine): Field[] {
  const { data, otel } = event;
  const service = otel?.resource?.['service.name'];
  const span = otel?.span;
  const length = spanMillis(event);
  const fields: Field[] = [
    { name: 'Source', value: data.source, change: { source: data.source } },
    {
      name: 'Service',
      value: typeof service === 'string' ? service : undefined,
      change: { service: typeof service === 'string' ? service : '' },
    },
    { name: 'Event name', value: otel?.eventName },
    {
      name: 'Severity',
      value: [otel?.severityText, otel?.severityNumber].filter((part) => part !== undefined).join(' '),
    },
    { name: 'Span kind', value: span?.kind },
    {
      name: 'Duration',
      value: length === undefined ? undefined : durationText(length),
    },
    { name: 'Status', value: span?.status && [span.status.code, span.status.message].filter(Boolean).join(': ') },
    { name: 'Trace id', value: otel?.traceId, change: { traceId: otel?.traceId } },
    { name: 'Span id', value: otel?.spanId, change: { where: `span_id = ${otel?.spanId ?? ''}` } },
    { name: 'Scope', value: otel?.scopeName },
    { name: 'Scope version', value: otel?.scopeVersion },
    { name: 'Dropped attributes', value: otel?.droppedAttributesCount },
    { name: 'Event id', value: data.event_id },
  ];
  return fields.filter(({ value }) => value !== undefined && value !== '');
}
