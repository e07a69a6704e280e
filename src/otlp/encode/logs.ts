import type { AnyValueMap } from '../../model/any-value.js';
import type { EventType } from '../../model/event-type.js';
import { eventTypeOf, severityNumberOf } from '../../model/severity.js';
import type { LogRecordLike, ResourceLike, ScopeLike } from '../../otel/sdk-types.js';
import { attributesOf } from '../../otel/transform/event-transform.js';
import type { CheckedEvent } from './events.js';
import { keyOf, Same } from './same.js';
import { timeOf, timeOfText } from './times.js';

/** The source of what has none. */
const UNKNOWN = 'unknown';

/** The log records that events become: with their own times, ids, scopes and resources. */
export function recordsOf(events: readonly CheckedEvent[], resource: AnyValueMap): LogRecordLike[] {
  const resources = new Same<ResourceLike>();
  const scopes = new Same<ScopeLike>();
  return events.map(({ event, otel }) => {
    const name = otel.scopeName ?? event.source;
    const hrTime = timeOf(event.timestamp, otel.timeUnixNano);
    const observed = otel.observedTimeUnixNano;
    return {
      hrTime,
      hrTimeObserved: observed === undefined ? hrTime : timeOfText(observed),
      spanContext:
        otel.traceId === undefined
          ? undefined
          : { traceId: otel.traceId, spanId: otel.spanId ?? '', traceFlags: otel.traceFlags ?? 0 },
      severityNumber: severityOf(event.eventType, otel.severityNumber),
      severityText: otel.severityText ?? event.eventType.toUpperCase(),
      body: otel.body ?? event.message,
      eventName: otel.eventName,
      // a scope of that name stands for none
      attributes: attributesOf(event, otel.scopeName === undefined && event.source !== UNKNOWN),
      droppedAttributesCount: otel.droppedAttributesCount ?? 0,
      resource: resources.get(keyOf(otel.resource), () => ({ attributes: otel.resource ?? resource })),
      instrumentationScope: scopes.get(keyOf([name, otel.scopeVersion, otel.scopeAttributes]), () => ({
        name,
        version: otel.scopeVersion,
        attributes: otel.scopeAttributes,
      })),
    };
  });
}

/** A severity number of the data model: any other one is none. */
function severityOf(eventType: EventType, given: number | undefined): number {
  return Number.isInteger(given) && eventTypeOf(given) !== undefined ? (given as number) : severityNumberOf(eventType);
}
