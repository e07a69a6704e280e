import { context as contexts } from '@opentelemetry/api';
import type { TelemetryEvent } from '../model/event.js';
import type { TelemetryMetric } from '../model/metric.js';
import type { Bridge } from '../otel/bridge.js';
import { DEFAULT_MAX_SCOPES, EventEmitter } from '../otel/event-emitter.js';
import { instrumentPolicy } from '../otel/instruments/instrument-policy.js';
import { FACADE_SCOPE, Instruments } from '../otel/instruments/instruments.js';
import { ProviderResolver } from '../otel/providers.js';
import { ResourcePicker } from '../otel/resource.js';
import type {
  CollectionResultLike,
  Context,
  LogRecordLike,
  MetricDataLike,
  ResourceLike,
  ScopeLike,
} from '../otel/sdk-types.js';
import { eventOfRecord } from '../otel/transform/log-record-transform.js';
import { metricsOfData } from '../otel/transform/metric-transform.js';
import { eventAfterProcessors } from '../otel/transform/reconcile.js';
import { Counts } from '../pipeline/counters.js';
import type { Pipeline } from '../pipeline/pipeline.js';
import type { Clock } from '../runtime/clock.js';
import { deadlineOf, within } from '../runtime/deadline.js';
import type { Diagnostics } from '../runtime/diagnostics.js';
import { processIdentity } from '../runtime/process-identity.js';
import { sharedState } from '../runtime/shared-state.js';
import type { CollectorOptions } from './options.js';

/** How many events that no processor of ours took are remembered. */
const MAX_UNSEEN = 10_000;

/** What a bridge is told beside the collector's options. */
interface BridgeOptions extends CollectorOptions {
  readonly enabled: boolean;
  /** Is told when a part of ours begins to work for OpenTelemetry. */
  readonly onUse: () => void;
  /** Takes what is to run once the collector is shut down. */
  readonly onEnd: (run: () => unknown) => void;
}

/** Between a collector's pipeline and OpenTelemetry: emits what the facade collects, takes in what others emit. */
export class CollectorBridge implements Bridge {
  readonly providers: ProviderResolver;
  readonly use: () => void;
  readonly onEnd: (run: () => unknown) => void;
  /** What goes along with every item, in `otel.resource`. */
  readonly identity = processIdentity();
  /** Measurements that no OpenTelemetry instrument recorded, by reason. */
  readonly notSent = new Counts();
  readonly #pipeline: Pipeline;
  readonly #diagnostics: Diagnostics;
  readonly #clock: Clock;
  readonly #enabled: boolean;
  readonly #keepFiltered: boolean;
  readonly #emitter: EventEmitter;
  readonly #instruments: Instruments;
  readonly #resources: ResourcePicker;
  /** For what other processes send: it is theirs alone. */
  readonly #received: ResourcePicker;
  readonly #shared = sharedState();
  /** With two processors of one collector on a provider, both are given the record. */
  readonly #seen = new WeakSet<LogRecordLike>();
  /** Events that went on without a processor of ours: one that defers may still hand their records over. */
  readonly #unseen = new Set<string>();
  #processors = 0;

  constructor(pipeline: Pipeline, diagnostics: Diagnostics, clock: Clock, options: BridgeOptions) {
    this.#enabled = options.enabled;
    this.use = options.onUse;
    this.onEnd = options.onEnd;
    this.#pipeline = pipeline;
    this.#diagnostics = diagnostics;
    this.#clock = clock;
    this.#keepFiltered = options.keepFiltered ?? false;
    this.providers = new ProviderResolver(options, diagnostics);
    this.#emitter = new EventEmitter(this, diagnostics, options.maxScopes ?? DEFAULT_MAX_SCOPES);
    this.#instruments = new Instruments(instrumentPolicy(options.instruments), this.notSent, diagnostics);
    this.#received = new ResourcePicker(options.resourceAttributes ?? 'service', undefined);
    this.#resources = new ResourcePicker(options.resourceAttributes ?? 'service', this.identity);
  }

  get isOpen(): boolean {
    return this.#enabled && !this.#pipeline.isClosed;
  }

  /** Emits an event of the facade's, and sees to it that the pipeline gets it once. */
  emitEvent(event: TelemetryEvent, context: Context): void {
    const provider = this.providers.loggerProvider();
    if (provider === undefined) {
      this.#pipeline.acceptEvent(event);
      return;
    }
    const emitted = this.#emitter.emit(provider, event, context);
    if (emitted === 'taken') return;
    if (emitted === 'filtered' && !this.#keepFiltered) {
      this.#pipeline.withhold('filtered_by_otel');
      return;
    }
    if (emitted === 'unseen') {
      this.#diagnostics.report(
        'no_processor',
        'the logger provider has no RimpLogRecordProcessor of this collector: events are stored as they were ' +
          'collected, past whatever the processors of that provider redact',
      );
      this.#unseen.add(event.eventId);
      if (this.#unseen.size > MAX_UNSEEN) this.#unseen.delete(this.#unseen.values().next().value ?? '');
    }
    this.#pipeline.acceptEvent(event);
  }

  /** Records a metric of the facade's, and gives it to the pipeline. */
  recordMetric(metric: TelemetryMetric): void {
    try {
      const provider = this.providers.meterProvider();
      if (provider !== undefined) this.#instruments.record(provider, metric);
    } catch (error) {
      this.notSent.add('otel_error');
      this.#diagnostics.report('record', 'recording a metric through OpenTelemetry failed', error);
    }
    this.#pipeline.acceptMetric(metric);
  }

  onLogRecord(record: LogRecordLike): void {
    try {
      if (!this.isOpen) return;
      const flight = this.#shared.inFlight;
      if (flight !== undefined && flight.owner === this && isOwn(record, flight.event)) {
        if (flight.taken) return;
        flight.taken = true;
        this.#pipeline.acceptEvent(eventAfterProcessors(flight, record, this.#resources.pick(record.resource)));
        return;
      }
      if (this.#unseen.size > 0 && this.#unseen.delete(String(uidOf(record)))) return;
      if (this.#processors > 1) {
        if (this.#seen.has(record)) return;
        this.#seen.add(record);
      }
      this.#pipeline.acceptEvent(eventOfRecord(record, this.#resources.pick(record.resource), this.#clock.now()));
    } catch (error) {
      this.#pipeline.withhold('not_readable');
      this.#diagnostics.report('log_record', 'a log record could not be read', error);
    }
  }

  onCollection(result: CollectionResultLike): void {
    if (!this.#enabled) return;
    for (const error of result.errors)
      this.#diagnostics.report('collect', 'collecting metrics from OpenTelemetry failed in part', error);
    const resource = this.#resources.pick(result.resourceMetrics.resource);
    for (const { scope, metrics } of result.resourceMetrics.scopeMetrics) {
      if (scope.name === FACADE_SCOPE) continue;
      for (const data of metrics) {
        try {
          for (const metric of metricsOfData(data, scope, resource, this.#clock.now()))
            this.#pipeline.acceptMetric(metric);
        } catch (error) {
          this.#pipeline.withhold('not_readable');
          this.#diagnostics.report('metric_data', 'a metric of OpenTelemetry could not be read', error);
        }
      }
    }
  }

  receiveRecord(record: LogRecordLike): void {
    this.#pipeline.acceptEvent(eventOfRecord(record, this.#received.pick(record.resource), this.#clock.now()));
  }

  receiveMetric(data: MetricDataLike, scope: ScopeLike, resource: ResourceLike): void {
    for (const metric of metricsOfData(data, scope, this.#received.pick(resource), this.#clock.now()))
      this.#pipeline.acceptMetric(metric);
  }

  get lost(): number {
    return this.#pipeline.lost;
  }

  async settle(lostBefore: number, timeoutMillis: number): Promise<boolean> {
    try {
      const errors = await within(this.#pipeline.drain(), deadlineOf({ timeoutMillis }), 'storing');
      return errors.length === 0 && this.#pipeline.lost === lostBefore;
    } catch {
      return false;
    }
  }

  get fill(): number {
    return this.#pipeline.fill;
  }

  async drain(timeoutMillis?: number): Promise<void> {
    try {
      await within(this.#pipeline.drain(), deadlineOf({ timeoutMillis }), 'flushing to the sinks');
    } catch (error) {
      this.#diagnostics.report('flush', 'flushing to the sinks failed', error);
    }
  }

  setProcessor(processor: object, alive: boolean): void {
    this.#processors += alive ? 1 : -1;
    this.#emitter.setProcessor(processor, alive);
  }

  report(kind: string, what: string, error?: unknown): void {
    this.#diagnostics.report(kind, what, error);
  }

  after(delayMillis: number, run: () => void): () => void {
    return this.#clock.after(delayMillis, run);
  }

  /** The context that is active at the call. */
  get context(): Context {
    return contexts.active();
  }
}

function uidOf(record: LogRecordLike): unknown {
  return (record.attributes as Record<string, unknown>)['log.record.uid'];
}

/** Whether a record, given to a processor while an event is being emitted, is that event's. */
function isOwn(record: LogRecordLike, event: TelemetryEvent): boolean {
  const uid = uidOf(record);
  if (uid !== undefined) return uid === event.eventId;
  const [seconds, nanos] = record.hrTime;
  // a processor took the id away: the time and the scope tell
  return (
    record.instrumentationScope.name === event.source &&
    seconds * 1000 + Math.floor(nanos / 1e6) === event.timestamp.getTime()
  );
}
