import { type Bridge, type Bridged, bridgeOf } from './bridge.js';
import { markPart } from './part-mark.js';
import type { LogRecordLike } from './sdk-types.js';

/**
 * A `LogRecordProcessor` for the `LoggerProvider` of either SDK generation: every log record that reaches it comes out
 * of the collector as a RIMP event. What processors before it redact is redacted for RIMP too.
 *
 * It never throws into other processors, and its `forceFlush` and `shutdown` hand what the collector has buffered to
 * the collector's sinks; the collector itself stays open.
 */
export class RimpLogRecordProcessor {
  readonly #bridge: Bridge;
  #shutdown: Promise<void> | undefined;

  /** @throws TelemetryError `RIMP_INVALID_ARGUMENT` if `collector` is no collector. */
  constructor(collector: Bridged) {
    this.#bridge = bridgeOf(collector, 'RimpLogRecordProcessor');
    this.#bridge.setProcessor(this, true, Reflect.get(RimpLogRecordProcessor.prototype, 'enabled'));
    markPart(this, 'processor');
  }

  /** Takes a record while it is emitted. */
  onEmit(logRecord: LogRecordLike): void {
    if (this.#shutdown === undefined) this.#bridge.onLogRecord(logRecord);
  }

  /** Whether a record would be of any use: not once the collector, or this processor, is shut down. */
  enabled(): boolean {
    return this.#shutdown === undefined && this.#bridge.isOpen;
  }

  /** Resolves when the sinks have taken what is buffered; never rejects. */
  forceFlush(): Promise<void> {
    return this.#bridge.drain();
  }

  /** Takes no further records, and resolves when the sinks have taken what is buffered; never rejects. */
  shutdown(): Promise<void> {
    if (this.#shutdown === undefined) {
      this.#bridge.setProcessor(this, false, undefined);
      this.#shutdown = this.#bridge.drain();
    }
    return this.#shutdown;
  }
}
