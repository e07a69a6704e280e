import type { Bridge } from '../otel/bridge.js';
import { DecodeError, type Decoder } from '../otlp/decode/decoder.js';
import { JsonDecoder } from '../otlp/decode/json.js';
import { logRecordsOf, Rejected } from '../otlp/decode/logs.js';
import { metricsOf } from '../otlp/decode/metrics.js';
import { ProtobufDecoder } from '../otlp/decode/protobuf.js';
import { TRACE_REQUEST } from '../otlp/decode/schema.js';
import type { OtlpProtocol, Signal } from '../otlp/settings.js';
import { RefusedError } from './responses.js';

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
 * Hands what is in a request to a collector, in slices between which others have their turn.
 *
 * @throws RefusedError where it can't be read as a whole.
 */
export async function takeIn(signal: Signal, decoder: Decoder, bridge: Bridge): Promise<Taken> {
  let taken = 0;
  let rejected = 0;
  let reason = '';
  const refuse = (items: number, why: string): void => {
    rejected += items;
    if (reason === '') reason = why;
  };
  try {
    let since = Date.now();
    for (const part of signal === 'logs' ? logRecordsOf(decoder) : metricsOf(decoder)) {
      if (part instanceof Rejected) refuse(part.items, part.reason);
      else if ('data' in part) {
        const points = part.data.dataPoints.length;
        try {
          bridge.receiveMetric(part.data, part.scope, part.resource);
          taken += points;
        } catch (error) {
          refuse(points, new Rejected(points, error).reason);
        }
      } else {
        try {
          bridge.receiveRecord(part);
          taken += 1;
        } catch (error) {
          refuse(1, new Rejected(1, error).reason);
        }
      }
      if ((taken + rejected) % 64 === 0 && Date.now() - since > SLICE_MILLIS) {
        await new Promise((resolve) => setImmediate(resolve));
        since = Date.now();
      }
    }
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw new RefusedError('badRequest', error.message);
  }
  return { taken, rejected, reason };
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
    if (!(error instanceof DecodeError)) throw error;
    throw new RefusedError('badRequest', error.message);
  }
}
