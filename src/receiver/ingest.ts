import { toError } from '../model/errors.js';
import type { IncomingRequest, ReceiverPort } from '../otel/bridge.js';
import type { LogRecordLike, SpanLike } from '../otel/sdk-types.js';
import type { OtlpProtocol, OtlpSignal } from '../otlp/config/settings.js';
import { type Decoder, TooManyPartsError } from '../otlp/decode/decoder.js';
import { JsonDecoder } from '../otlp/decode/json.js';
import { logRecordsOf } from '../otlp/decode/logs.js';
import { metricsOf, type ReceivedMetric } from '../otlp/decode/metrics.js';
import { Rejected } from '../otlp/decode/parts.js';
import { ProtobufDecoder } from '../otlp/decode/protobuf.js';
import { spansOf } from '../otlp/decode/spans.js';
import { nextTurn } from '../runtime/turn.js';
import type { Hold } from './request-body.js';
import { RefusedError, unavailable } from './responses.js';

/** What became of the parts of one request: log records, metric points or spans. */
export interface Taken {
  readonly taken: number;
  readonly rejected: number;
  /** The first reason; without one, what the sender should know all the same. */
  readonly reason: string;
}

type Part = LogRecordLike | ReceivedMetric | SpanLike;

/** What reads the parts of a request, by signal. */
const READERS: Readonly<Record<OtlpSignal, (decoder: Decoder) => Iterable<Part | Rejected | undefined>>> = {
  logs: logRecordsOf,
  metrics: metricsOf,
  traces: spansOf,
};

/** How long the event loop is held at a time. */
const SLICE_MILLIS = 10;
/** About how much memory an item needs beside its texts, and an object, list or member of JSON. */
const ITEM_BYTES = 400;
const TOKEN_BYTES = 32;

/**
 * Lets others have their turn if this one was long. Each request has its own slices: in slices that all share, as those of
 * the live view, small requests would wait behind large ones.
 */
class Turn {
  #since = performance.now();

  /** Whether it is time to let others have theirs. */
  get isOver(): boolean {
    return performance.now() - this.#since > SLICE_MILLIS;
  }

  async end(): Promise<void> {
    await nextTurn();
    this.#since = performance.now();
  }
}

/** Does work in steps, between which others have their turn. */
async function inTurns<T>(work: Generator<undefined, T>): Promise<T> {
  const turn = new Turn();
  let step = work.next();
  for (; step.done !== true; step = work.next()) if (turn.isOver) await turn.end();
  return step.value;
}

/**
 * A decoder for a body.
 *
 * @throws RefusedError if the body as a whole can't be read, or holds too much.
 */
export async function decoderOf(protocol: OtlpProtocol, body: Uint8Array, hold: Hold): Promise<Decoder> {
  try {
    if (protocol === 'http/protobuf') return new ProtobufDecoder(body);
    return await inTurns(JsonDecoder.open(body, (tokens) => hold(tokens * TOKEN_BYTES)));
  } catch (error) {
    throw refusalOf(error);
  }
}

/**
 * Reads what is in a request into a collector's, in slices between which others have their turn; nothing is stored yet.
 *
 * @throws RefusedError if it can't be read as a whole.
 */
export async function takeIn(
  signal: OtlpSignal,
  decoder: Decoder,
  port: ReceiverPort,
  request: IncomingRequest,
  hold: Hold,
): Promise<Taken> {
  let taken = 0;
  let rejected = 0;
  let reason = '';
  let held = 0;
  try {
    const turn = new Turn();
    for (const part of READERS[signal](decoder)) {
      const outcome = part === undefined || part instanceof Rejected ? part : receive(request, part);
      if (outcome instanceof Rejected) {
        rejected += outcome.items;
        reason ||= outcome.reason;
      } else {
        taken += outcome ?? 0;
      }
      if (!turn.isOver) continue;
      hold((request.size - held) * ITEM_BYTES);
      held = request.size;
      await turn.end();
      if (!port.isOpen) throw unavailable('the collector is shut down');
    }
  } catch (error) {
    throw refusalOf(error);
  }
  return { taken, rejected, reason: reason || decoder.warnings.join('; ') };
}

/** The items that were taken, or why they were not. */
function receive(request: IncomingRequest, part: Part): number | Rejected {
  const items = 'data' in part ? part.points : 1;
  try {
    if ('data' in part) request.addMetric(part.data, part.scope, part.resource);
    else if ('startTime' in part) request.addSpan(part);
    else request.addRecord(part);
    return items;
  } catch (error) {
    return new Rejected(items, error);
  }
}

/** What can't be read once can't be read when it comes again: it is never answered as if it could. */
function refusalOf(error: unknown): RefusedError {
  if (error instanceof RefusedError) return error;
  if (error instanceof TooManyPartsError) return new RefusedError('tooLarge', error.message);
  return new RefusedError('badRequest', toError(error).message);
}
