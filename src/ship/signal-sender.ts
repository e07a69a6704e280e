import { type Endpoint, endpointOf } from '../otlp/config/endpoint.js';
import { type OtlpOptions, type OtlpSignal, signalSettings } from '../otlp/config/settings.js';
import { logsSerializerOf } from '../otlp/encode/logs-serializer.js';
import { loadTransformer, type Serialized, type Serializer, serializerOf } from '../otlp/encode/serializer.js';
import { OtlpClient } from '../otlp/send/client.js';
import { Delivery } from '../otlp/send/delivery.js';
import { Ledger, type LedgerFigures } from '../pipeline/counters.js';
import { systemClock } from '../runtime/system-clock.js';
import { MemoryQueue } from './memory-queue.js';

/** Sends the items of one signal to the endpoint. */
export class SignalSender<S extends OtlpSignal> {
  readonly url: string;
  readonly #ledger: Ledger;
  readonly #queue: MemoryQueue;
  readonly #delivery: Delivery;
  readonly #serializer: Serializer<Serialized[S]>;
  /** Bytes that were sent, before compression. */
  bytes = 0;

  /** @throws TelemetryError `RIMP_MISSING_PACKAGE` if OpenTelemetry's serialiser is not installed. */
  constructor(
    signal: S,
    options: OtlpOptions,
    transformer: object | undefined,
    report: (what: string, error?: unknown) => void,
    onDenied: (reason: string) => void,
  ) {
    const endpoint = shipEndpoint(signal, options);
    const { protocol } = endpoint;
    this.url = endpoint.url;
    const loaded = transformer ?? loadTransformer(signal, protocol);
    this.#serializer =
      signal === 'logs'
        ? (logsSerializerOf(protocol, loaded, 'ship') as Serializer<Serialized['logs']> as Serializer<Serialized[S]>)
        : serializerOf(signal, protocol, loaded, 'ship');
    this.#queue = new MemoryQueue(protocol);
    this.#ledger = new Ledger(() => this.#queue.items - this.#delivery.settledInFlight);
    this.#delivery = new Delivery({
      source: this.#queue,
      client: new OtlpClient(endpoint),
      ledger: this.#ledger,
      clock: { ...systemClock, after: aliveAfter },
      partialSuccess: (response) => this.#serializer.partialSuccess(response),
      report: (_kind, what, error) => report(what, error),
      onDenied,
    });
  }

  get figures(): LedgerFigures {
    return this.#ledger.figures;
  }

  /** Takes items over; `onDone` is called when they were delivered or refused. */
  push(items: Serialized[S], count: number, onDone: () => void): void {
    const payload = this.#serializer.serialize(items);
    this.#ledger.accepted += count;
    this.#queue.push({
      payload,
      items: count,
      onDone: () => {
        this.bytes += payload.byteLength;
        onDone();
      },
    });
    this.#delivery.wake();
  }

  until(what: 'room' | 'empty', signal: AbortSignal): Promise<boolean> {
    return this.#queue.until(what, signal);
  }

  async stop(): Promise<void> {
    await this.#delivery.stop({ abort: true });
  }
}

/** Where a signal is shipped to, also if nothing but a default says so. */
export function shipEndpoint(signal: OtlpSignal, options: OtlpOptions): Endpoint {
  const settings = signalSettings(signal, options, process.env) ?? { protocol: 'http/protobuf', exporter: {} };
  return endpointOf(settings, signal, options, process.env);
}

/** A timer that keeps the process alive: somebody waits for what is shipped. */
function aliveAfter(delayMillis: number, run: () => void): () => void {
  const timer = setTimeout(run, delayMillis);
  return () => clearTimeout(timer);
}
