import type { HrTime, LogRecordLike, ResourceLike, ScopeLike } from '../../otel/sdk-types.js';
import { type Decoder, TooManyPartsError } from './decoder.js';
import { type Digest, RecordIds, sharedDigest } from './record-id.js';
import { LOG_RECORD, LOGS_REQUEST } from './schema.js';
import { SharedBytes, weightOf } from './shared-bytes.js';

/** A part of a request that can't be read. */
export class Rejected {
  /** Log records or metric points. */
  readonly items: number;
  readonly reason: string;

  constructor(items: number, error: unknown) {
    this.items = error instanceof TooManyPartsError ? Math.max(items, error.parts) : items;
    this.reason = error instanceof Error ? error.message : 'not readable';
  }
}

/** A resource or a scope as it is sent. */
export interface Attributed {
  readonly attributes?: object;
}

interface LogsRequest {
  readonly resourceLogs?: readonly {
    readonly resource?: Attributed;
    readonly scopeLogs?: readonly { readonly scope?: Partial<ScopeLike>; readonly logRecords?: readonly unknown[] }[];
  }[];
}

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

const UNKNOWN_TIME: HrTime = [0, 0];
const NO_SCOPE: ScopeLike = { name: '' };
const TRACE_ID = /^(?!0{32})[\da-f]{32}$/;
const SPAN_ID = /^(?!0{16})[\da-f]{16}$/;

/**
 * The log records of a request, one by one; `undefined` if others may have their turn before the next one.
 *
 * @throws DecodeError if the request as a whole can't be read; a record that can't be is given as {@link Rejected}.
 */
export function* logRecordsOf(decoder: Decoder): Generator<LogRecordLike | Rejected | undefined> {
  const request = (yield* decoder.request(LOGS_REQUEST)) as LogsRequest;
  const shared = new SharedBytes(decoder.size);
  const ids = new RecordIds();
  for (const { resource: given, scopeLogs = [] } of request.resourceLogs ?? []) {
    const resource: ResourceLike = { attributes: given?.attributes ?? {} };
    const weight = weightOf(resource.attributes);
    yield;
    for (const { scope, logRecords = [] } of scopeLogs) {
      try {
        shared.add(logRecords.length, weight + weightOf(scope));
      } catch (error) {
        yield new Rejected(logRecords.length, error);
        continue;
      }
      const instrumentationScope: ScopeLike = scope === undefined ? NO_SCOPE : { ...scope, name: scope.name ?? '' };
      let digest: Digest | undefined;
      for (const lazy of logRecords) {
        try {
          const record = recordOf(decoder.part(LOG_RECORD, lazy), resource, instrumentationScope);
          const [time] = [record.hrTime, record.hrTimeObserved].filter(([seconds]) => seconds > 0);
          if (time !== undefined) {
            digest ??= sharedDigest(resource.attributes, instrumentationScope);
            ids.give(record.attributes, time, () => decoder.source(lazy), digest);
          }
          yield record;
        } catch (error) {
          yield new Rejected(1, error);
        }
      }
    }
  }
}

function recordOf(message: LogRecordMessage, resource: ResourceLike, instrumentationScope: ScopeLike): LogRecordLike {
  const { traceId = '', spanId = '', severityNumber } = message;
  return {
    hrTime: message.timeUnixNano ?? UNKNOWN_TIME,
    hrTimeObserved: message.observedTimeUnixNano ?? UNKNOWN_TIME,
    // ids of other lengths, and of zeros alone, are none (logs data model, "TraceId")
    spanContext: TRACE_ID.test(traceId)
      ? { traceId, spanId: SPAN_ID.test(spanId) ? spanId : '', traceFlags: (message.flags ?? 0) & 0xff }
      : undefined,
    severityText: message.severityText,
    severityNumber: severityNumber === 0 ? undefined : severityNumber,
    body: message.body,
    eventName: message.eventName,
    attributes: message.attributes ?? {},
    droppedAttributesCount: message.droppedAttributesCount,
    resource,
    instrumentationScope,
  };
}
