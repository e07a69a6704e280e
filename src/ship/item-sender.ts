import type { TelemetryEvent } from '../model/event.js';
import { isEvent, type TelemetryItem } from '../model/item.js';
import type { TelemetryMetric } from '../model/metric.js';
import type { OtlpOptions, OtlpSignal } from '../otlp/config/settings.js';
import { otlpOfEvents } from '../otlp/encode/events.js';
import { pointsOfMetrics } from '../otlp/encode/metrics.js';
import type { LedgerFigures } from '../pipeline/counters.js';
import type { ShipOptions } from './options.js';
import { SignalSender, shipEndpoint } from './signal-sender.js';

const NOTHING: LedgerFigures = { accepted: 0, delivered: 0, queued: 0, dropped: {} };

/** What an {@link ItemSender} reports. */
export interface SenderHost {
  readonly report: (what: string, error?: unknown) => void;
  /** The endpoint takes nothing of a signal as it is asked. */
  readonly onDenied: (reason: string) => void;
}

/** Sends items as what they are in OTLP, each signal by itself: log records, points and spans. */
export class ItemSender {
  readonly #options: ShipOptions;
  readonly #otlp: OtlpOptions;
  readonly #host: SenderHost;
  readonly #isDry: boolean;
  readonly #logs: SignalSender<'logs'> | undefined;
  readonly #metrics: SignalSender<'metrics'> | undefined;
  #traces: SignalSender<'traces'> | undefined;
  /** Parts of histograms that went with their counts. */
  folded = 0;

  constructor(options: ShipOptions, host: SenderHost) {
    const { to, headers, protocol, compression, timeoutMillis } = options;
    this.#options = options;
    this.#otlp = { endpoint: to, headers, protocol, compression, timeoutMillis };
    this.#host = host;
    this.#isDry = options.dryRun === true;
    if (this.#isDry) return;
    this.#logs = this.#senderOf('logs');
    this.#metrics = this.#senderOf('metrics');
  }

  /** Where log records go, or would go. */
  get url(): string {
    return this.#logs?.url ?? shipEndpoint('logs', this.#otlp).url;
  }

  get logs(): LedgerFigures {
    return this.#logs?.figures ?? NOTHING;
  }

  get points(): LedgerFigures {
    return this.#metrics?.figures ?? NOTHING;
  }

  get spans(): LedgerFigures {
    return this.#traces?.figures ?? NOTHING;
  }

  /** Parts that wait. */
  get queued(): number {
    return this.logs.queued + this.points.queued + this.spans.queued;
  }

  /** Items that were delivered, or refused for good. */
  get settled(): number {
    return [this.logs, this.points, this.spans].reduce(
      (sum, { accepted, queued }) => sum + accepted - queued,
      this.folded,
    );
  }

  /** Bytes that were sent, before compression. */
  get bytes(): number {
    return this.#all.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** Hands items over; `part` gives what is to be called when one of their requests is done with. */
  send(items: readonly TelemetryItem[], part: () => () => void): void {
    const { resource } = this.#options;
    const events: TelemetryEvent[] = [];
    const metrics: TelemetryMetric[] = [];
    for (const item of items) {
      if (isEvent(item)) events.push(item);
      else metrics.push(item);
    }
    const { records, spans } = otlpOfEvents(events, resource);
    if (records.length > 0) this.#logs?.push(records, records.length, part());
    if (spans.length > 0 && !this.#isDry) {
      // few have any: the serialiser of others need have none for them
      this.#traces ??= this.#senderOf('traces');
      this.#traces.push(spans, spans.length, part());
    }
    const { requests, folded } = pointsOfMetrics(metrics, resource);
    this.folded += folded;
    for (const { data, points } of requests) this.#metrics?.push(data, points, part());
  }

  /** Waits until there is room, or nothing at all waits any more, or `signal` says that it is enough. */
  async until(what: 'room' | 'empty', signal: AbortSignal): Promise<void> {
    for (const sender of this.#all) await sender.until(what, signal);
  }

  async stop(): Promise<void> {
    for (const sender of this.#all) await sender.stop();
  }

  get #all(): readonly SignalSender<OtlpSignal>[] {
    return [this.#logs, this.#metrics, this.#traces].filter((sender) => sender !== undefined);
  }

  #senderOf<S extends OtlpSignal>(signal: S): SignalSender<S> {
    const { otlpTransformer } = this.#options;
    const { report, onDenied } = this.#host;
    return new SignalSender(signal, this.#otlp, otlpTransformer, report, onDenied);
  }
}
