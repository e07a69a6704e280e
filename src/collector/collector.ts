import type { TelemetryData } from '../model/data.js';
import { show, TelemetryError } from '../model/errors.js';
import type { TelemetryEvent } from '../model/event.js';
import type { EventType } from '../model/event-type.js';
import type { TelemetryMetric } from '../model/metric.js';
import type { TelemetrySink, TelemetryStorage } from '../model/storage.js';
import { BRIDGE, type Bridge, type ReceiverPort } from '../otel/bridge.js';
import type { Providers } from '../otel/providers.js';
import type { FlushableLike } from '../otel/sdk-types.js';
import { SelfMetrics } from '../otel/self-metrics.js';
import type { TelemetryListener } from '../pipeline/listeners.js';
import type { Pipeline, SinkHandle } from '../pipeline/pipeline.js';
import type { Clock } from '../runtime/clock.js';
import type { FlushResult } from '../runtime/deadline.js';
import { noteVersion } from '../runtime/version.js';
import type { CollectorBridge } from './bridge.js';
import { TelemetryConfig, type TelemetryConfigInit } from './config.js';
import { type FlushOptions, flushDeadline } from './flush-deadline.js';
import { type CollectorHealth, healthOf } from './health.js';
import { type CollectorInternals, INTERNALS } from './internals.js';
import { buildMetric, draftOf, type EventFields, type MetricFields, metricFieldsOf } from './items-from-arguments.js';
import type { CollectorLifecycle } from './lifecycle.js';
import { type CollectorOptions, checkCollectorOptions, checkProviders } from './options.js';
import { type CollectorParts, makeParts } from './parts.js';
import { TagMemory } from './tag-memory.js';
import type { UnusableCalls } from './unusable-calls.js';

/**
 * Takes events and metrics, calls listeners, and hands them in batches to its storage and to streams; events go through
 * OpenTelemetry loggers and metrics through OpenTelemetry instruments on their way, if there are any.
 *
 * No method that an application calls while it works throws: what is wrong is counted in {@link health} and shown to the
 * logger of OpenTelemetry's `diag`; if that has none, losses are written to standard error.
 */
export class TelemetryCollector {
  /** The configuration, as validated. */
  readonly config: TelemetryConfig;
  /** Where the collector keeps what it flushes. */
  readonly storage: TelemetryStorage;
  readonly #bridge: CollectorBridge;
  readonly #pipeline: Pipeline;
  readonly #lifecycle: CollectorLifecycle;
  readonly #parts: CollectorParts;
  readonly #clock: Clock;
  readonly #selfMetrics: SelfMetrics | undefined;
  readonly #tags = new TagMemory();
  readonly #unusable: UnusableCalls;
  #shutdown: Promise<FlushResult> | undefined;

  /**
   * @param config - a {@link TelemetryConfig}, or its fields; default: all defaults.
   * @throws ConfigError with every problem of the configuration at once.
   * @throws TelemetryError `RIMP_INVALID_ARGUMENT` if an option is wrong.
   */
  constructor(config: TelemetryConfig | TelemetryConfigInit = {}, given: CollectorOptions = {}) {
    this.config = config instanceof TelemetryConfig ? config : new TelemetryConfig(config);
    this.config.validate();
    const options = checkCollectorOptions(given);
    const parts = makeParts(this.config, options);
    this.storage = parts.storage;
    this.#clock = parts.clock;
    this.#parts = parts;
    this.#pipeline = parts.pipeline;
    this.#bridge = parts.bridge;
    this.#lifecycle = parts.lifecycle;
    this.#unusable = parts.unusable;
    noteVersion(parts.diagnostics);
    this.#selfMetrics = options.selfMetrics === true ? new SelfMetrics(() => this.health()) : undefined;
  }

  /** For the processor, the reader and the receiver. */
  get [BRIDGE](): Bridge & ReceiverPort {
    return this.#bridge;
  }

  /** For other parts of this library. */
  get [INTERNALS](): CollectorInternals {
    return this.#parts.internals;
  }

  /** Whether anything is collected; `false` after {@link shutdown}. */
  get enabled(): boolean {
    return this.config.enabled && this.#shutdown === undefined;
  }

  /**
   * Collects an event. Never throws: arguments of wrong kinds are turned into right ones, and metadata are copied.
   *
   * @param source - the application or component that it is about.
   * @param message - what happened.
   * @param eventType - default `EventType.INFO`.
   * @param metadata - whatever else is known.
   * @returns the event, or `null` if the collector is disabled or shut down.
   */
  collectEvent(source: string, message: string, eventType?: EventType, metadata?: object | null): TelemetryEvent | null;
  /** The same with named arguments. */
  collectEvent(fields: EventFields): TelemetryEvent | null;
  collectEvent(first: unknown, message?: unknown, eventType?: unknown, metadata?: unknown): TelemetryEvent | null {
    // short enough to be inlined at the call site: what is disabled costs a look
    return this.config.enabled ? this.#collectEvent(first, message, eventType, metadata) : null;
  }

  #collectEvent(first: unknown, message: unknown, eventType: unknown, metadata: unknown): TelemetryEvent | null {
    try {
      if (this.#isOver()) return null;
      const draft = draftOf(first, message, eventType, metadata, this.#clock, this.#unusable);
      this.#selfMetrics?.observe(this.#bridge.providers.meterProvider());
      return this.#bridge.emitEvent(draft);
    } catch (error) {
      this.#unusable.failed('an event', error);
      return null;
    }
  }

  /**
   * Collects a measurement. Never throws.
   *
   * @param name - the metric's name.
   * @param value - the measured value; NaN and ±Infinity are kept, but not recorded on OpenTelemetry instruments.
   * @param unit - unit of measurement in any spelling.
   * @param tags - for filtering and grouping.
   * @returns the metric, or `null` if the collector is disabled or shut down, the name is no text or empty, or the
   * value is no number; the last two are counted as `rejected.invalid_metric`.
   */
  collectMetric(
    name: string,
    value: number,
    unit?: string | null,
    tags?: Readonly<Record<string, unknown>> | null,
  ): TelemetryMetric | null;
  /** The same with named arguments. */
  collectMetric(fields: MetricFields): TelemetryMetric | null;
  collectMetric(first: unknown, value?: unknown, unit?: unknown, tags?: unknown): TelemetryMetric | null {
    return this.config.enabled ? this.#collectMetric(first, value, unit, tags) : null;
  }

  #collectMetric(first: unknown, value: unknown, unit: unknown, tags: unknown): TelemetryMetric | null {
    try {
      if (this.#isOver()) return null;
      const fields = metricFieldsOf(first, value, unit, tags, this.#unusable);
      const metric = buildMetric(fields, this.#clock, this.#bridge.metricResource, this.#tags, this.#unusable);
      if (metric === undefined) {
        this.#unusable.invalidMetric(fields);
        return null;
      }
      this.#selfMetrics?.observe(this.#bridge.providers.meterProvider());
      this.#bridge.recordMetric(metric, this.#tags.lastOf(metric.tags));
      return metric;
    } catch (error) {
      this.#unusable.failed('a metric', error);
      return null;
    }
  }

  /**
   * Adds a listener, which hears each item while it is collected. What it throws is counted.
   *
   * @returns a function that removes it.
   * @throws TelemetryError `RIMP_INVALID_ARGUMENT` if it is no function.
   */
  addListener(listener: TelemetryListener): () => void {
    if (typeof listener !== 'function') {
      throw new TelemetryError('RIMP_INVALID_ARGUMENT', `addListener: expected a function, got ${show(listener)}`);
    }
    return this.#pipeline.listeners.add(listener);
  }

  /** Removes a listener; `false` if it wasn't there. */
  removeListener(listener: TelemetryListener): boolean {
    return this.#pipeline.listeners.remove(listener);
  }

  /** Hands what is buffered to the storage and the streams, and returns it. */
  flush(): TelemetryData {
    const data = this.#pipeline.flush();
    this.#lifecycle.release();
    return data;
  }

  /**
   * Adds a sink, which is handed every flushed batch from now on. A sink that is there already, as the same object or at
   * the same `location`, is not added again.
   *
   * @param name - its name in {@link health}.
   */
  addSink(name: string, sink: TelemetrySink): SinkHandle {
    if (typeof (sink as Partial<TelemetrySink> | null)?.store !== 'function') {
      throw new TelemetryError('RIMP_INVALID_ARGUMENT', `addSink: expected a sink with store(), got ${show(sink)}`);
    }
    return this.#pipeline.addSink(name, sink);
  }

  /**
   * Emits to these providers from now on.
   *
   * @param providers - with `own: true` they are shut down together with the collector.
   * @throws TelemetryError `RIMP_INVALID_ARGUMENT` if a name is misspelt, or a provider is none.
   */
  useProviders(providers: Providers & { readonly own?: boolean }): void {
    checkProviders(providers);
    const { own, ...given } = providers;
    this.#bridge.providers.use(given);
    if (own === true) {
      this.#lifecycle.own(Object.values(given).filter((provider) => typeof provider === 'object') as FlushableLike[]);
    }
  }

  /** The counters: `accepted = delivered + queued + Σ dropped`, of the collector and of each sink, at every moment. */
  health(): CollectorHealth {
    return healthOf(this.#parts);
  }

  /**
   * Takes what is buffered through all sinks, and has the OpenTelemetry providers do the same. Never rejects.
   *
   * @param options - `timeoutMillis`: how long it may take; default 30,000.
   */
  async forceFlush(options?: FlushOptions): Promise<FlushResult> {
    return this.#lifecycle.forceFlush(flushDeadline('forceFlush', options, this.#parts.diagnostics));
  }

  /**
   * Ends the collector: as {@link forceFlush}, then closes what the collector itself has opened. What could not be
   * handed on in time is counted as `shutdown_timeout`. Never rejects; later calls return the first one's promise.
   *
   * @param options - `timeoutMillis`: how long it may take; default 30,000.
   */
  shutdown(options?: FlushOptions): Promise<FlushResult> {
    this.#shutdown ??= this.#lifecycle.end(flushDeadline('shutdown', options, this.#parts.diagnostics));
    return this.#shutdown;
  }

  /** As {@link shutdown}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown();
  }

  #isOver(): boolean {
    if (this.#shutdown === undefined) return false;
    this.#unusable.afterShutdown();
    return true;
  }
}
