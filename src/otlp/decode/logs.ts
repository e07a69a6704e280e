import type { HrTime, LogRecordLike } from '../../otel/sdk-types.js';
import { isSpanId, isTraceId } from '../../otel/transform/span-id.js';
import type { Decoder } from './decoder.js';
import { partsOf, type Rejected, type SignalForm, type Surroundings } from './parts.js';
import { LOG_RECORD, LOGS_REQUEST } from './schema.js';

interface LogRecordMessage {
  readonly timeUnixNano?: HrTime;
  readonly observedTimeUnixNano?: HrTime;
  readonly severityNumber?: number;
  readonly severityText?: string;
  readonly body?: unknown;
  readonly attributes?: object;
  readonly droppedAttributesCount?: number;
  readonly flags?: number;
  readonly traceId?: string;
  readonly spanId?: string;
  readonly eventName?: string;
}

const FORM: SignalForm = {
  request: LOGS_REQUEST,
  resources: 'resourceLogs',
  scopes: 'scopeLogs',
  parts: 'logRecords',
};
const UNKNOWN_TIME: HrTime = [0, 0];

/**
 * The log records of a request, one by one; `undefined` if others may have their turn before the next one.
 *
 * @throws DecodeError if the request as a whole can't be read; a record that can't be is given as {@link Rejected}.
 */
export function logRecordsOf(decoder: Decoder): Generator<LogRecordLike | Rejected | undefined> {
  return partsOf(decoder, FORM, (lazy, around) => {
    const record = recordOf(decoder.part(LOG_RECORD, lazy), around);
    const [time] = [record.hrTime, record.hrTimeObserved].filter(([seconds, nanos]) => seconds > 0 || nanos > 0);
    if (time !== undefined) around.giveId(record.attributes, time, lazy);
    return record;
  });
}

function recordOf(message: LogRecordMessage, { resource, scope }: Surroundings): LogRecordLike {
  const { traceId, spanId, severityNumber } = message;
  return {
    hrTime: message.timeUnixNano ?? UNKNOWN_TIME,
    hrTimeObserved: message.observedTimeUnixNano ?? UNKNOWN_TIME,
    // ids of other lengths, and of zeros alone, are none (logs data model, "TraceId")
    spanContext: isTraceId(traceId)
      ? { traceId, spanId: isSpanId(spanId) ? spanId : '', traceFlags: (message.flags ?? 0) & 0xff }
      : undefined,
    severityText: message.severityText,
    severityNumber: severityNumber === 0 ? undefined : severityNumber,
    body: message.body,
    eventName: message.eventName,
    attributes: message.attributes ?? {},
    droppedAttributesCount: message.droppedAttributesCount,
    resource,
    instrumentationScope: scope,
  };
}
