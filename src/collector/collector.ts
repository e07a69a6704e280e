import { diag } from '@opentelemetry/api';
import type { TelemetryData } from '../model/data.js';
import { show, TelemetryError } from '../model/errors.js';
import type { TelemetryEvent } from '../model/event.js';
import type { EventType } from '../model/event-type.js';
import type { TelemetryMetric } from '../model/metric.js';
import type { TelemetrySink, TelemetryStorage } from '../model/storage.js';
import { BRIDGE, type Bridge } from '../otel/bridge.js';
import type { Providers } from '../otel/providers.js';
import type { FlushableLike } from '../otel/sdk-types.js';
import { SelfMetrics } from '../otel/self-metrics.js';
import { Counts, type LedgerFigures, lostIn } from '../pipeline/counters.js';
import type { TelemetryListener } from '../pipeline/listeners.js';
import { Pipeline, type SinkHandle } from '../pipeline/pipeline.js';
import { deadlineOf, type FlushResult } from '../runtime/deadline.js';
import { Diagnostics } from '../runtime/diagnostics.js';
import { systemClock } from '../runtime/system-clock.js';
import { tellVersions } from '../runtime/version.js';
import { CollectorBridge } from './bridge.js';
import { TelemetryConfig, type TelemetryConfigInit } from './config.js';
import type { CollectorHealth } from './health.js';
import { buildEvent, buildMetric, type EventFields, type MetricFields, readFields } from './items-from-arguments.js';
import { CollectorLifecycle } from './lifecycle.js';
import { openStorage } from './open-storage.js';
import { type CollectorOptions, checkCollectorOptions } from './options.js';

const EVENT_FIELDS = ['source', 'message', 'eventType', 'metadata', 'timestamp'] as const;
const METRIC_FIELDS = ['name', 'value', 'unit', 'tags', 'timestamp'] as const;

/**
 * Takes events and metrics, tells listeners, and hands them in batches to its storage and to streams; events go through
 * OpenTelemetry loggers and metrics through OpenTelemetry instruments on their way, where there are any.
 *
 * No method that an application calls while it works throws: what is wrong is counted in {@link health} and told
 * through OpenTelemetry's `diag`.
 */
export class TelemetryCollector {
  /** The configuration, as validated. */
  readonly config: TelemetryConfig;
  /** Where the collector keeps what it flushes. */
  readonly storage: TelemetryStorage;
  readonly #bridge: CollectorBridge;
  readonly #pipeline: Pipeline;
  readonly #diagnostics: Diagnostics;
  readonly #lifecycle: CollectorLifecycle;
  readonly #rejected = new Counts();
  readonly #ledgers = new Map<string, () => LedgerFigures>();
  readonly #now: () => number;
  readonly #selfMetrics: SelfMetrics | undefined;
  #consumerErrors = 0;
  #shutdown: Promise<FlushResult> | undefined;

  /**
   * @param config - a {@link TelemetryConfig}, or its fields; default: all defaults.
   * @throws ConfigError with every problem of the configuration at once.
   * @throws TelemetryError `RIMP_INVALID_ARGUMENT` where an option is wrong.
   */
  constructor(config: TelemetryConfig | TelemetryConfigInit = {}, options: CollectorOptions = {}) {
    this.config = config instanceof TelemetryConfig ? config : new TelemetryConfig(config);
    this.config.validate();
    checkCollectorOptions(options);
    const clock = options.clock ?? systemClock;
    this.#now = () => clock.now();
    this.#diagnostics = new Diagnostics(clock, (message) => diag.warn(message));
    this.#pipeline = new Pipeline({
      clock,
      diagnostics: this.#diagnostics,
      bufferSize: this.config.bufferSize,
      flushIntervalMillis: this.config.flushInterval * 1000,
      realtime: this.config.realtimeMode,
      maxQueueItems: options.maxQueueItems,
      onFirst: () => this.#lifecycle.used(),
    });
    this.#bridge = new CollectorBridge(this.#pipeline, this.#diagnostics, clock, {
      ...options,
      enabled: this.config.enabled,
      onUse: () => this.#lifecycle.used(),
      onEnd: (run) => this.#lifecycle.onEnd(run),
    });
    this.storage = options.storage ?? storageOf(this.config, options);
    this.#pipeline.addSink('storage', this.storage);
    this.#lifecycle = new CollectorLifecycle(
      this.#pipeline,
      this.#bridge.providers,
      this.#diagnostics,
      options.storage === undefined ? this.storage : undefined,
      options.flushOnExit !== false,
      () => lostIn(Array.from(this.#ledgers.values(), (figures) => figures())),
    );
    tellVersions(this.#diagnostics);
    this.#selfMetrics = options.selfMetrics === true ? new SelfMetrics(() => this.health()) : undefined;
  }

  /** For the processor and the reader. */
  get [BRIDGE](): Bridge {
    return this.#bridge;
  }

  /** Whether anything is collected; `false` after {@link shutdown}. */
  get enabled(): boolean {
    return this.config.enabled && this.#shutdown === undefined;
  }

  /**
   * Collects an event. Never throws: arguments of wrong kinds are turned into right ones, and metadata are copied.
   *
   * @param source - the application or component that tells it.
   * @param message - what happened.
   * @param eventType - default `EventType.INFO`.
   * @param metadata - whatever else is known.
   * @returns the event, or `null` where the collector is disabled or shut down.
   */
  collectEvent(source: string, message: string, eventType?: EventType, metadata?: object | null): TelemetryEvent | null;
  /** The same with named arguments. */
  collectEvent(fields: EventFields): TelemetryEvent | null;
  collectEvent(first: unknown, message?: unknown, eventType?: unknown, metadata?: unknown): TelemetryEvent | null {
    if (!this.config.enabled) return null;
    try {
      if (this.#isOver()) return null;
      const fields =
        typeof first === 'object' && first !== null && message === undefined
          ? readFields(first, EVENT_FIELDS)
          : { source: first, message, eventType, metadata };
      const { context } = this.#bridge;
      const event = buildEvent(fields, context, this.#now(), this.#bridge.identity);
      this.#selfMetrics?.observe(this.#bridge.providers.meterProvider());
      this.#bridge.emitEvent(event, context);
      return event;
    } catch (error) {
      this.#rejected.add('failed');
      this.#diagnostics.report('collect', 'collecting an event failed', error);
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
   * @returns the metric, or `null` where the collector is disabled or shut down, the name is no text or empty, or the
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
    if (!this.config.enabled) return null;
    try {
      if (this.#isOver()) return null;
      const fields =
        typeof first === 'object' && first !== null && value === undefined
          ? readFields(first, METRIC_FIELDS)
          : { name: first, value, unit, tags };
      const metric = buildMetric(fields, this.#now(), this.#bridge.identity);
      if (metric === undefined) {
        this.#rejected.add('invalid_metric');
        this.#diagnostics.report(
          'invalid_metric',
          `collectMetric: expected a name and a number, got ${show(fields.name)} and ${show(fields.value)}`,
        );
        return null;
      }
      this.#selfMetrics?.observe(this.#bridge.providers.meterProvider());
      this.#bridge.recordMetric(metric);
      return metric;
    } catch (error) {
      this.#rejected.add('failed');
      this.#diagnostics.report('collect', 'collecting a metric failed', error);
      return null;
    }
  }

  /**
   * Adds a listener, which hears each item while it is collected. What it throws is counted.
   *
   * @returns a function that removes it.
   * @throws TelemetryError `RIMP_INVALID_ARGUMENT` where it is no function.
   */
  addListener(listener: TelemetryListener): () => void {
    if (typeof listener !== 'function') {
      throw new TelemetryError('RIMP_INVALID_ARGUMENT', `addListener: expected a function, got ${show(listener)}`);
    }
    return this.#pipeline.listeners.add(listener);
  }

  /** Removes a listener; `false` where it wasn't there. */
  removeListener(listener: TelemetryListener): boolean {
    return this.#pipeline.listeners.remove(listener);
  }

  /** Hands what is buffered to the storage and the streams, and returns it. */
  flush(): TelemetryData {
    return this.#pipeline.flush();
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
   */
  useProviders(providers: Providers & { readonly own?: boolean }): void {
    const { own, ...given } = providers;
    this.#bridge.providers.use(given);
    if (own === true) {
      this.#lifecycle.own(Object.values(given).filter((provider) => typeof provider === 'object') as FlushableLike[]);
    }
  }

  /** Shows the books of something else, such as an exporter, in {@link health}; returns what takes them away. */
  addLedger(name: string, figures: () => LedgerFigures): () => void {
    this.#ledgers.set(name, figures);
    return () => {
      if (this.#ledgers.get(name) === figures) this.#ledgers.delete(name);
    };
  }

  /** Notes an error: it becomes `health().lastError`, and is told through `diag` at most once a minute for its kind. */
  report(kind: string, what: string, error?: unknown): void {
    if (kind === 'consumer') this.#consumerErrors += 1;
    this.#diagnostics.report(kind, what, error);
  }

  /** The books: `accepted = delivered + queued + Σ dropped`, of the collector and of each sink, at every moment. */
  health(): CollectorHealth {
    const sinks = this.#pipeline.sinkFigures();
    for (const [name, figures] of this.#ledgers) sinks[name] = figures();
    const { listeners } = this.#pipeline;
    return {
      ...this.#pipeline.figures,
      sinks,
      rejected: this.#rejected.toRecord(),
      notSent: this.#bridge.notSent.toRecord(),
      evicted: this.storage.evicted ?? 0,
      listenerErrors: listeners.errors,
      listenersUnheard: listeners.unheard,
      consumerErrors: this.#consumerErrors,
      lastError: this.#diagnostics.last,
    };
  }

  /**
   * Takes what is buffered through all sinks, and has the OpenTelemetry providers do the same. Never rejects.
   *
   * @param options - `timeoutMillis`: how long it may take; default 30,000.
   */
  async forceFlush(options?: { readonly timeoutMillis?: number | undefined }): Promise<FlushResult> {
    return this.#lifecycle.forceFlush(deadlineOf(options));
  }

  /**
   * Ends the collector: as {@link forceFlush}, then closes what the collector itself has opened. What could not be
   * handed on in time is counted as `shutdown_timeout`. Never rejects; later calls return the first one's promise.
   *
   * @param options - `timeoutMillis`: how long it may take; default 30,000.
   */
  shutdown(options?: { readonly timeoutMillis?: number | undefined }): Promise<FlushResult> {
    this.#shutdown ??= this.#lifecycle.end(deadlineOf(options));
    return this.#shutdown;
  }

  /** As {@link shutdown}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown();
  }

  #isOver(): boolean {
    if (this.#shutdown === undefined) return false;
    this.#rejected.add('after_shutdown');
    return true;
  }
}

function storageOf(
  config: TelemetryConfig,
  { maxEvents, maxMetrics, storageOptions }: CollectorOptions,
): TelemetryStorage {
  const bounds = config.storageBackend === 'memory' ? { maxEvents, maxMetrics } : {};
  return openStorage(config, { ...bounds, ...storageOptions });
}
