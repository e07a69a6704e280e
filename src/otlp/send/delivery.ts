import { Backoff } from '../../pipeline/backoff.js';
import type { Ledger } from '../../pipeline/counters.js';
import type { LossReport } from '../../pipeline/loss-report.js';
import { inBackground } from '../../runtime/background.js';
import type { Clock } from '../../runtime/clock.js';
import type { OtlpProtocol } from '../config/settings.js';
import { merge } from '../encode/merge.js';
import type { PartialSuccess } from '../encode/serializer.js';
import type { QueueEntry, Room } from '../queue/segment.js';
import type { OtlpClient } from './client.js';
import { halvesOf, type MayHalve, Narrowing, type Refusal, reasonOf } from './narrowing.js';
import type { SendOutcome } from './response.js';
import { Settlement } from './settlement.js';

/** Where entries come from, in order. */
export interface DeliverySource {
  take(room: Room): Promise<{ readonly entries: readonly QueueEntry[]; readonly protocol: OtlpProtocol } | undefined>;
  /** These need not be sent again. */
  ack(entries: readonly QueueEntry[]): void;
  /** These were not sent, and come first again. */
  nack(entries: readonly QueueEntry[]): void;
  /** Returns what says whether all that waits now has left; absent if only an empty source says so. */
  mark?(): () => boolean;
}

/** Settings of a {@link Delivery}. */
export interface DeliveryOptions {
  readonly source: DeliverySource;
  readonly client: OtlpClient;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly partialSuccess: (response: Uint8Array) => PartialSuccess | undefined;
  /** Hears of what the server does not take. */
  readonly report: LossReport;
  /** Items of one request, unless a single entry has more; default: no limit but that of bytes. */
  readonly maxItems?: number | undefined;
  /** Hears of a refusal that says nothing about what was sent, such as 401, and ends the delivery; default: none does. */
  readonly onDenied?: ((reason: string) => void) | undefined;
}

/** Bytes of one request before compression, unless a single entry has more. */
const MAX_REQUEST_BYTES = 1024 * 1024;

/** No token or a wrong one, a wrong path, a wrong method, no such encoding. */
const DENIALS: ReadonlySet<number> = new Set([401, 403, 404, 405, 415]);

/** How the sending of an entry in parts ended. */
type Sent = 'settled' | 'stopped';

/** Somebody who waits until what was there at the call has left. */
interface Drain {
  readonly isPast: () => boolean;
  readonly resolve: (complete: boolean) => void;
}

/**
 * Sends what a source has, one request after the other, in order, until the endpoint has taken it: failures that may pass
 * are tried again for ever, with `Retry-After` or exponential backoff and jitter; what may not be sent again is counted.
 */
export class Delivery {
  readonly #options: DeliveryOptions;
  readonly #backoff: Backoff;
  #isRunning = false;
  /** Something came since the source was last asked. */
  #asked = false;
  #run: Promise<void> = Promise.resolve();
  #stopped = false;
  #drains: Drain[] = [];
  #maxBytes = MAX_REQUEST_BYTES;
  /** Items of the entry that is being sent in parts which are settled already: they still stand in the source. */
  settledInFlight = 0;
  /** So many entries are sent one by one, to see which of them the server refuses. */
  #alone = 0;
  readonly #narrowing = new Narrowing();
  readonly #settlement: Settlement;

  constructor(options: DeliveryOptions) {
    this.#options = options;
    this.#settlement = new Settlement(options.ledger, options.report, options.partialSuccess);
    this.#backoff = new Backoff(options.clock);
  }

  /** There is something to be sent. */
  wake(): void {
    this.#asked = true;
    if (this.#stopped || this.#isRunning) return;
    this.#isRunning = true;
    this.#run = inBackground(() => this.#sendAll());
  }

  /**
   * Resolves to true when all that waits now has been settled, to false when an attempt to send it fails. What comes
   * later is not waited for. A pause after a failure is cut short, but not below a second, however often this is called;
   * `atOnce`: one attempt is made now, for a caller that comes once. A pause that the server asked for is kept.
   */
  drain(options: { readonly atOnce?: boolean } = {}): Promise<boolean> {
    if (this.#stopped || this.#backoff.isAsked) return Promise.resolve(false);
    const isPast = this.#options.source.mark?.() ?? (() => false);
    return new Promise((resolve) => {
      this.#drains.push({ isPast, resolve });
      this.wake();
      if (options.atOnce === true) this.#backoff.end();
      else this.#backoff.cut();
    });
  }

  /** Sends nothing more; resolves when the request that is under way is over, which `abort` ends at once. */
  async stop(options: { readonly abort?: boolean } = {}): Promise<void> {
    this.#stopped = true;
    this.#endDrains(false);
    this.#backoff.end();
    if (options.abort === true) this.#options.client.close();
    await this.#run;
    this.#options.client.close();
  }

  async #sendAll(): Promise<void> {
    const { source, report, maxItems } = this.#options;
    while (!this.#stopped) {
      let entries: readonly QueueEntry[] = [];
      try {
        this.#asked = false;
        const taken = await source.take({ maxBytes: this.#alone > 0 ? 1 : this.#maxBytes, maxItems });
        if (taken === undefined) {
          if (this.#asked) continue;
          break;
        }
        entries = this.#limited(taken.entries);
        if (this.#stopped) source.nack(entries);
        else await this.#deliver(entries, taken.protocol);
      } catch (error) {
        source.nack(entries);
        report('otlp_queue', 'the queue in front of the OTLP endpoint failed', error);
        await this.#backOff();
      }
      this.#endDrains(true, ({ isPast }) => isPast());
    }
    this.#isRunning = false;
    this.#endDrains(!this.#stopped);
  }

  /** The first of some entries that go into one request; the others come next. */
  #limited(entries: readonly QueueEntry[]): readonly QueueEntry[] {
    const { maxItems = Number.POSITIVE_INFINITY, source } = this.#options;
    let items = 0;
    const end = entries.findIndex((entry, index) => {
      items += entry.items;
      return index > 0 && items > maxItems;
    });
    if (end < 0) return entries;
    source.nack(entries.slice(end));
    return entries.slice(0, end);
  }

  async #deliver(entries: readonly QueueEntry[], protocol: OtlpProtocol): Promise<void> {
    const { source, client } = this.#options;
    const outcome = await client.send(merge(entries, protocol), protocol);
    if (outcome.kind === 'retry') {
      source.nack(entries);
      await this.#retryLater(outcome);
      return;
    }
    this.#backoff.reset();
    if (this.#isDenied(outcome)) {
      source.nack(entries);
    } else if (outcome.kind === 'sent') {
      this.#narrowing.took();
      this.#settlement.sent(itemsIn(entries), outcome.body);
      this.#settled(entries);
    } else if (outcome.isFinal) {
      for (const { items } of entries) this.#settlement.refused(items, outcome);
      this.#settled(entries);
    } else if (entries.length > 1) {
      // the rest must not suffer for one of them
      source.nack(entries);
      if (reasonOf(outcome) === 'too_large') this.#maxBytes = Math.max(1, Math.floor(this.#maxBytes / 2));
      else this.#alone = entries.length;
    } else {
      const [entry] = entries as readonly [QueueEntry];
      const mayHalve = this.#narrowing.begin(entry.items);
      const sent = await this.#settleParts(entry, protocol, outcome, mayHalve);
      const again = this.settledInFlight;
      this.settledInFlight = 0;
      if (sent === 'settled') {
        this.#settled(entries);
      } else {
        source.nack(entries);
        // what was sent of it is sent once more
        this.#options.ledger.accepted += again;
      }
    }
  }

  #settled(entries: readonly QueueEntry[]): void {
    this.#alone = Math.max(0, this.#alone - entries.length);
    this.#options.source.ack(entries);
  }

  /** Settles an entry that was refused, or its halves, and theirs, each by itself. */
  async #settleParts(entry: QueueEntry, protocol: OtlpProtocol, refusal: Refusal, mayHalve: MayHalve): Promise<Sent> {
    const halves = mayHalve(refusal) ? await halvesOf(entry, protocol) : undefined;
    if (halves === undefined) {
      this.#settlement.refused(entry.items, refusal);
      this.settledInFlight += entry.items;
      return 'settled';
    }
    for (const half of halves) {
      const outcome = await this.#sendPart(half, protocol);
      if (outcome === undefined) return 'stopped';
      if (outcome.kind === 'sent') {
        this.#narrowing.took();
        this.#settlement.sent(half.items, outcome.body);
        this.settledInFlight += half.items;
      } else if ((await this.#settleParts(half, protocol, outcome, mayHalve)) === 'stopped') {
        return 'stopped';
      }
    }
    return 'settled';
  }

  /** Sends a part until there is an answer; `undefined` if the delivery was stopped meanwhile. */
  async #sendPart(
    { payload }: QueueEntry,
    protocol: OtlpProtocol,
  ): Promise<Exclude<SendOutcome, { kind: 'retry' }> | undefined> {
    for (;;) {
      const outcome = await this.#options.client.send(payload, protocol);
      if (outcome.kind !== 'retry') {
        this.#backoff.reset();
        return this.#isDenied(outcome) ? undefined : outcome;
      }
      await this.#retryLater(outcome);
      if (this.#stopped) return undefined;
    }
  }

  /** Whether an answer says nothing about what was sent, and somebody hears of that: then nothing more is sent. */
  #isDenied(outcome: SendOutcome): boolean {
    const { onDenied } = this.#options;
    if (outcome.kind !== 'refused' || onDenied === undefined || !DENIALS.has(outcome.status)) return false;
    this.#stopped = true;
    onDenied(outcome.reason);
    return true;
  }

  #retryLater({ reason, afterMillis }: SendOutcome & { readonly kind: 'retry' }): Promise<void> {
    this.#options.report('otlp_retry', 'the OTLP endpoint takes nothing, telemetry waits', new Error(reason));
    return this.#backOff(afterMillis);
  }

  #backOff(afterMillis?: number): Promise<void> {
    this.#endDrains(false);
    return this.#stopped ? Promise.resolve() : this.#backoff.failed(afterMillis);
  }

  /** Answers those who wait, or some of them. */
  #endDrains(complete: boolean, whose: (drain: Drain) => boolean = () => true): void {
    if (this.#drains.length === 0) return;
    const over = this.#drains.filter(whose);
    this.#drains = this.#drains.filter((drain) => !over.includes(drain));
    for (const { resolve } of over) resolve(complete);
  }
}

function itemsIn(entries: readonly QueueEntry[]): number {
  return entries.reduce((sum, { items }) => sum + items, 0);
}
