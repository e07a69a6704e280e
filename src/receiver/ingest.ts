import type { IncomingRequest, ReceiverPort } from '../otel/bridge.js';
import type { LogRecordLike } from '../otel/sdk-types.js';
import type { OtlpProtocol, Signal } from '../otlp/config/settings.js';
import { DecodeError, type Decoder, TooManyPartsError } from '../otlp/decode/decoder.js';
import { JsonDecoder } from '../otlp/decode/json.js';
import { logRecordsOf, Rejected } from '../otlp/decode/logs.js';
import { metricsOf, type ReceivedMetric } from '../otlp/decode/metrics.js';
import { ProtobufDecoder } from '../otlp/decode/protobuf.js';
import { TRACE_REQUEST } from '../otlp/decode/schema.js';
import { RefusedError, unavailable } from './responses.js';

/** What became of the parts of one request: log records, metric points or spans. */
export interface Taken {
  readonly taken: number;
  readonly rejected: number;
  /** The first reason. */
  readonly reason: string;
}

interface TraceRequest {
  readonly resourceSpans?: readonly { readonly scopeSpans?: readonly { readonly spans?: readonly unknown[] }[] }[];
}

/** How long the event loop is held at a time. */
const SLICE_MILLIS = 10;

/** A decoder for a body. */
export function decoderOf(protocol: OtlpProtocol, body: Uint8Array): Decoder {
  return protocol === 'http/json' ? new JsonDecoder(body) : new ProtobufDecoder(body);
}

/**
 * Reads what is in a request into a collector's, in slices between which others have their turn; nothing is stored yet.
 *
 * @throws RefusedError if it can't be read as a whole.
 */
export async function takeIn(
  signal: Signal,
  decoder: Decoder,
  port: ReceiverPort,
  request: IncomingRequest,
): Promise<Taken> {
  let taken = 0;
  let rejected = 0;
  let reason = '';
  try {
    if (!port.isOpen) throw unavailable('the collector is shut down');
    let since = Date.now();
    let parts = 0;
    for (const part of signal === 'logs' ? logRecordsOf(decoder) : metricsOf(decoder)) {
      const outcome = part instanceof Rejected ? part : receive(request, part);
      if (outcome instanceof Rejected) {
        rejected += outcome.items;
        reason ||= outcome.reason;
      } else {
        taken += outcome;
      }
      parts += 1;
      if (parts % 64 !== 0) continue;
      if (Date.now() - since > SLICE_MILLIS) {
        await new Promise((resolve) => setImmediate(resolve));
        since = Date.now();
      }
      if (!port.isOpen) throw unavailable('the collector is shut down');
    }
  } catch (error) {
    throw refusalOf(error);
  }
  return { taken, rejected, reason };
}

/** The items that were taken, or why they were not. */
function receive(request: IncomingRequest, part: LogRecordLike | ReceivedMetric): number | Rejected {
  const items = 'data' in part ? part.data.dataPoints.length : 1;
  try {
    if ('data' in part) request.addMetric(part.data, part.scope, part.resource);
    else request.addRecord(part);
    return items;
  } catch (error) {
    return new Rejected(items, error);
  }
}

/** The spans in a request. */
export function spansOf(decoder: Decoder): number {
  try {
    const request = decoder.request(TRACE_REQUEST) as TraceRequest;
    let spans = 0;
    for (const { scopeSpans = [] } of request.resourceSpans ?? [])
      for (const scope of scopeSpans) spans += scope.spans?.length ?? 0;
    return spans;
  } catch (error) {
    throw refusalOf(error);
  }
}

function refusalOf(error: unknown): unknown {
  if (error instanceof TooManyPartsError) return new RefusedError('tooLarge', error.message);
  return error instanceof DecodeError ? new RefusedError('badRequest', error.message) : error;
}
