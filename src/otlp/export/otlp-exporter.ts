import { toError } from '../../model/errors.js';
import { Backoff } from '../../pipeline/backoff.js';
import type { Clock } from '../../runtime/clock.js';
import type { OtlpProtocol } from '../config/settings.js';
import type { Serializer } from '../encode/serializer.js';
import type { QueueEntry } from '../queue/segment.js';
import type { OtlpClient } from '../send/client.js';
import { leftOutOf } from '../send/left-out.js';
import { halvesOf, type MayHalve, Narrowing, reasonOf } from '../send/narrowing.js';
import { type BatchExporter, delivered, type ExportOutcome, lost, together } from './batch-exporter.js';

/** Settings of an {@link OtlpExporter}. */
export interface OtlpExporterOptions<T> {
  readonly client: OtlpClient;
  readonly protocol: OtlpProtocol;
  readonly serializer: Serializer<T>;
  /** Its timers keep the process alive while something is being exported. */
  readonly clock: Clock;
  /** The longest that one export may take, all attempts together. */
  readonly timeoutMillis: number;
  /** Hears of what the endpoint says although it takes everything. */
  readonly report: (kind: string, what: string, error?: unknown) => void;
}

/** The time of one export. */
interface Attempts {
  readonly backoff: Backoff;
  isLate: boolean;
  readonly mayHalve: MayHalve;
}

/**
 * Exports over OTLP from memory: failures that may pass are tried again, with `Retry-After` or backoff, until the time of
 * an export is over; what is too large, or refused for what is in it, is sent in halves.
 */
export class OtlpExporter<T> implements BatchExporter<T> {
  readonly #options: OtlpExporterOptions<T>;
  readonly #running = new Set<Attempts>();
  readonly #narrowing = new Narrowing();
  #closed = false;

  constructor(options: OtlpExporterOptions<T>) {
    this.#options = options;
  }

  async export(items: T, count: number, hasParts = false): Promise<ExportOutcome> {
    const { serializer, clock, timeoutMillis } = this.#options;
    let payload: Uint8Array;
    try {
      payload = serializer.serialize(items);
    } catch (error) {
      return lost(count, 'not_serializable', toError(error));
    }
    const mayHalve = this.#narrowing.begin(count);
    const attempts: Attempts = { backoff: new Backoff(clock), isLate: this.#closed, mayHalve };
    const cancel = clock.after(timeoutMillis, () => end(attempts));
    this.#running.add(attempts);
    try {
      return await this.#send({ payload, items: count }, attempts, hasParts);
    } catch (error) {
      return lost(count, 'export_failed', toError(error));
    } finally {
      cancel();
      this.#running.delete(attempts);
    }
  }

  flush(): Promise<void> {
    return Promise.resolve();
  }

  shutdown(): Promise<void> {
    this.#closed = true;
    for (const attempts of this.#running) end(attempts);
    this.#options.client.close();
    return Promise.resolve();
  }

  async #send(entry: QueueEntry, attempts: Attempts, hasParts = false): Promise<ExportOutcome> {
    const { client, protocol, serializer } = this.#options;
    let outcome = await client.send(entry.payload, protocol);
    while (outcome.kind === 'retry') {
      if (!attempts.isLate) await attempts.backoff.failed(outcome.afterMillis);
      if (attempts.isLate) return lost(entry.items, 'export_failed', new Error(outcome.reason));
      outcome = await client.send(entry.payload, protocol);
    }
    if (outcome.kind === 'sent') {
      this.#narrowing.took();
      return this.#taken(entry.items, serializer.partialSuccess(outcome.body));
    }
    const error = new Error(outcome.reason);
    const reason = reasonOf(outcome);
    const refused = lost(entry.items, reason, error);
    if (hasParts && !outcome.isFinal) return { ...refused, refused: reason === 'too_large' ? reason : 'bad' };
    const halves = attempts.mayHalve(outcome) ? await halvesOf(entry, protocol) : undefined;
    if (halves === undefined) return refused;
    const send = async (half: QueueEntry): Promise<ExportOutcome> =>
      attempts.isLate ? lost(half.items, 'export_failed', error) : this.#send(half, attempts);
    const first = await send(halves[0]);
    return together(first, await send(halves[1]));
  }

  #taken(count: number, partial: ReturnType<Serializer<T>['partialSuccess']>): ExportOutcome {
    const left = leftOutOf(count, partial);
    if (left === undefined) return delivered(count);
    if (left.items > 0)
      return together(delivered(count - left.items), lost(left.items, 'rejected', new Error(left.what)));
    this.#options.report('otlp_warning', left.what);
    return delivered(count);
  }
}

function end(attempts: Attempts): void {
  attempts.isLate = true;
  attempts.backoff.end();
}
