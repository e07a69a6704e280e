import { type Bridge, type Bridged, bridgeOf } from './bridge.js';
import { markPart } from './part-mark.js';
import type { SpanLike } from './sdk-types.js';

/**
 * A `SpanProcessor` for the `TracerProvider` of either SDK generation: every sampled span that ends becomes a RIMP event
 * with `otel.span`. It stands beside the processors that export spans, which it neither replaces nor delays: what it takes
 * goes to the collector's sinks, and is not exported over OTLP by this library.
 *
 * It never throws into the application, and its `forceFlush` and `shutdown` hand what the collector has buffered to the
 * collector's sinks; the collector itself stays open.
 */
export class RimpSpanProcessor {
  readonly #bridge: Bridge;
  #shutdown: Promise<void> | undefined;

  /** @throws TelemetryError `RIMP_INVALID_ARGUMENT` if `collector` is no collector. */
  constructor(collector: Bridged) {
    this.#bridge = bridgeOf(collector, 'RimpSpanProcessor');
    markPart(this, 'span processor');
  }

  /** Does nothing: a span is taken when it ends. */
  onStart(): void {
    // as said
  }

  /** Takes a span that has ended, if it is sampled. */
  onEnd(span: SpanLike): void {
    if (this.#shutdown === undefined) this.#bridge.onSpan(span);
  }

  /** Resolves when the sinks have taken what is buffered; never rejects. */
  forceFlush(): Promise<void> {
    return this.#bridge.drain();
  }

  /** Takes no further spans, and resolves when the sinks have taken what is buffered; never rejects. */
  shutdown(): Promise<void> {
    this.#shutdown ??= this.#bridge.drain();
    return this.#shutdown;
  }
}
