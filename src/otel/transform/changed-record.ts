import { ATTR_UID } from '../../model/attribute-names.js';
import type { TelemetryEvent } from '../../model/event.js';
import { FACADE_SCOPE } from '../instruments/facade-scope.js';
import type { HrTime, LogRecordLike, LogRecordToEmit } from '../sdk-types.js';

/**
 * Whether a record that has not the id of an event is that event's all the same, as a processor changed the id or took it
 * away, or a limit of the provider's cut it.
 *
 * @param source - of the event.
 * @param emitted - what the logger was given.
 */
export function isChangedRecordOf(
  event: TelemetryEvent,
  source: string,
  emitted: LogRecordToEmit,
  record: LogRecordLike,
): boolean {
  const scope = record.instrumentationScope?.name;
  const isOfScope = scope === source || scope === FACADE_SCOPE;
  // the SDKs keep the very array: a record that somebody else emits meanwhile, at the same time, has another
  if (record.hrTime === emitted.timestamp) return isOfScope;
  // of a copy of the record, which a processor hands on, the rest has to agree
  if (!isSameTime(record.hrTime, emitted.timestamp)) return false;
  const uid = (record.attributes as Record<string, unknown>)[ATTR_UID];
  if (typeof uid === 'string' && uid !== '' && event.eventId.startsWith(uid)) return true;
  return isOfScope && record.body === emitted.body && record.severityNumber === emitted.severityNumber;
}

function isSameTime(a: HrTime | undefined, b: HrTime | undefined): boolean {
  return a?.[0] === b?.[0] && a?.[1] === b?.[1];
}
