import type { AnyValueMap } from '../model/any-value.js';
import type { TelemetryEvent } from '../model/event.js';
import type { KnownTags } from '../model/known-tags.js';
import type { TelemetryMetric } from '../model/metric.js';
import type { Bridge, IncomingRequest, ReceiverPort } from '../otel/bridge.js';
import type { EventDraft } from '../otel/event-draft.js';
import { DEFAULT_MAX_SCOPES, EventEmitter } from '../otel/event-emitter.js';
import { EventInFlight, type EventOwner } from '../otel/event-in-flight.js';
import { instrumentPolicy } from '../otel/instruments/instrument-policy.js';
import type { Instruments } from '../otel/instruments/instruments.js';
import { loadInstruments } from '../otel/instruments/on-demand.js';
import { ProviderResolver } from '../otel/providers.js';
import { ResourcePicker, resourceOf } from '../otel/resource.js';
import type { CollectionResultLike, FlushableLike, LogRecordLike, ResourceLike, SpanLike } from '../otel/sdk-types.js';
import { activeContext, spanOf } from '../otel/span-of-context.js';
import { loadFromOtel } from '../otel/transform/on-demand.js';
import { Counts } from '../pipeline/counters.js';
import type { Pipeline } from '../pipeline/pipeline.js';
import type { Clock } from '../runtime/clock.js';
import { deadlineOf, within } from '../runtime/deadline.js';
import type { Diagnostics } from '../runtime/diagnostics.js';
import { processIdentity } from '../runtime/process-identity.js';
import { sharedState } from '../runtime/shared-state.js';
import { IncomingItems } from './incoming-items.js';
import { loadRequests } from './on-demand.js';
import type { CollectorOptions } from './options.js';
import { UnseenEvents } from './unseen-events.js';

/** How full a queue in front of a sink may be before receivers refuse further requests. */
const FULL = 0.8;

/** What a bridge needs beside the collector's options. */
interface BridgeOptions extends CollectorOptions {
  readonly enabled: boolean;
  /** Called when a part of ours begins to work for OpenTelemetry. */
  readonly onUse: () => void;
  /** Takes what is to run once the collector is shut down. */
  readonly onEnd: (run: () => unknown) => void;
  /** Takes what is to be flushed along. */
  readonly alsoFlush: (part: FlushableLike) => () => void;
}

/** Between a collector's pipeline and OpenTelemetry: emits what the facade collects, takes in what others emit. */
export class CollectorBridge implements Bridge, ReceiverPort, EventOwner {
  readonly providers: ProviderResolver;
  readonly use: () => void;
  readonly onEnd: (run: () => unknown) => void;
  readonly alsoFlush: (part: FlushableLike) => () => void;
  /** What goes along with every item, in `otel.resource`. */
  readonly identity = processIdentity();
  /** What goes along with items of the collector's own providers, as far as it is known. */
  readonly resources: ResourcePicker;
  /** Whether what a reader has collected is being taken in. */
  isCollecting = false;
  /** Measurements that no OpenTelemetry instrument recorded, by reason. */
  readonly notRecorded = new Counts();
  readonly #pipeline: Pipeline;
  readonly #diagnostics: Diagnostics;
  readonly #clock: Clock;
  readonly #enabled: boolean;
  readonly #keepFiltered: boolean;
  readonly #emitter: EventEmitter;
  readonly #makeInstruments: () => Instruments;
  #instruments: Instruments | undefined;
  /** For what other processes send: it is theirs alone. */
  readonly #received: ResourcePicker;
  readonly #shared = sharedState();
  readonly #incoming: IncomingItems;
  readonly #unseen = new UnseenEvents();

  constructor(pipeline: Pipeline, diagnostics: Diagnostics, clock: Clock, options: BridgeOptions) {
    this.#enabled = options.enabled;
    this.use = options.onUse;
    this.onEnd = options.onEnd;
    this.alsoFlush = options.alsoFlush;
    this.#pipeline = pipeline;
    this.#diagnostics = diagnostics;
    this.#clock = clock;
    this.#keepFiltered = options.keepFiltered ?? false;
    this.providers = new ProviderResolver(options, diagnostics);
    this.#emitter = new EventEmitter(diagnostics, options.maxScopes ?? DEFAULT_MAX_SCOPES);
    const policy = instrumentPolicy(options.instruments);
    this.#makeInstruments = () =>
      new (loadInstruments().Instruments)(policy, this.notRecorded, diagnostics, options.maxInstruments);
    this.#received = new ResourcePicker(options.includeResource ?? 'service', undefined);
    this.resources = new ResourcePicker(options.includeResource ?? 'service', this.identity);
    this.#incoming = new IncomingItems(pipeline, diagnostics, clock, this.resources);
  }

  get isOpen(): boolean {
    return this.#enabled && !this.#pipeline.isClosed;
  }

  /** Emits an event of the facade's, and sees to it that the pipeline gets it once. */
  emitEvent(draft: EventDraft): TelemetryEvent {
    const provider = this.providers.loggerProvider();
    if (provider === undefined) {
      const alone = draft.complete(draft.collectedNow(), spanOf(activeContext()), this.identity);
      this.#pipeline.acceptEvent(alone, draft.metadataBytes);
      return alone;
    }
    const flight = new EventInFlight(this, draft, activeContext());
    const emitted = this.#emitter.emit(provider, flight);
    const event = flight.event ?? this.complete(flight);
    if (emitted === 'taken') return event;
    if (emitted === 'filtered' && !this.#keepFiltered) {
      this.#pipeline.withhold('filtered_by_otel');
      return event;
    }
    if (emitted === 'unseen') {
      this.#diagnostics.report(
        'no_processor',
        'the logger provider has no RimpLogRecordProcessor of this collector: events are stored as they were ' +
          'collected, past whatever the processors of that provider redact',
      );
      this.#unseen.add(event, flight.emitted?.timestamp);
    }
    this.#pipeline.acceptEvent(event);
    return event;
  }

  complete(flight: EventInFlight, resource?: ResourceLike): TelemetryEvent {
    const { draft } = flight;
    flight.span = spanOf(flight.context);
    const now = draft.collectedNow();
    flight.nowMillis = now.getTime();
    const picked = resource === undefined ? this.identity : (this.resources.pick(resource) ?? this.identity);
    const event = draft.complete(now, flight.span, picked);
    flight.event = event;
    return event;
  }

  /** What goes along with a metric of the facade's: the service, as its provider knows it, and the identity. */
  get metricResource(): AnyValueMap {
    try {
      return this.resources.pick(resourceOf(this.providers.meterProvider())) ?? this.identity;
    } catch {
      return this.identity;
    }
  }

  /**
   * Records a metric of the facade's, and gives it to the pipeline.
   *
   * @param known - what is known of its tags.
   */
  recordMetric(metric: TelemetryMetric, known?: KnownTags): void {
    try {
      const provider = this.providers.meterProvider();
      if (provider !== undefined) {
        this.#instruments ??= this.#makeInstruments();
        this.#instruments.record(provider, metric, known);
      }
    } catch (error) {
      this.notRecorded.add('otel_error');
      this.#diagnostics.report('record', 'recording a metric through OpenTelemetry failed', error);
    }
    this.#pipeline.acceptMetric(metric, known?.bytes);
  }

  onLogRecord(record: LogRecordLike): void {
    try {
      const flight = this.#shared.inFlight;
      if (flight !== undefined && flight.owner === this && (flight as EventInFlight).isOf(record)) {
        this.#takeOwn(flight as EventInFlight, record);
        return;
      }
      if (!this.isOpen || this.#unseen.takes(record)) return;
      this.#incoming.takeLogRecord(record, this.#emitter.processors > 1);
    } catch (error) {
      this.#incoming.notReadable('log_record', 'a log record', error);
    }
  }

  onSpan(span: SpanLike): void {
    try {
      if (this.isOpen) this.#incoming.takeSpan(span);
    } catch (error) {
      this.#incoming.notReadable('span', 'a span', error);
    }
  }

  /** Takes the record of the event that is in flight. */
  #takeOwn(flight: EventInFlight, record: LogRecordLike): void {
    const { draft, emitted, event } = flight;
    if (event === undefined || !this.isOpen || flight.taken) return;
    flight.taken = true;
    if (emitted === undefined) {
      this.#pipeline.acceptEvent(event, draft.metadataBytes);
      return;
    }
    const resource = this.resources.pick(record.resource);
    this.#pipeline.acceptEvent(loadFromOtel().eventAfterProcessors(event, emitted.attributes ?? {}, record, resource));
  }

  onCollection(result: CollectionResultLike): void {
    if (!this.#enabled) return;
    this.isCollecting = true;
    try {
      this.#incoming.takeCollection(result);
    } finally {
      this.isCollecting = false;
    }
  }

  get isFull(): boolean {
    return this.#pipeline.fill > FULL;
  }

  begin(): IncomingRequest {
    return loadRequests().incomingRequest(this.#pipeline.receive(), {
      resources: this.#received,
      now: () => this.#clock.now(),
      isEnabled: () => this.#enabled,
      report: (kind, what, error) => this.#diagnostics.report(kind, what, error),
    });
  }

  async drain(timeoutMillis?: number): Promise<void> {
    const deadline = deadlineOf({ timeoutMillis });
    try {
      await this.resources.settle(deadline);
      await within(this.#pipeline.drain(), deadline, 'flushing to the sinks');
    } catch (error) {
      this.#diagnostics.report('flush', 'flushing to the sinks failed', error);
    }
  }

  setProcessor(processor: object, alive: boolean, enabled: unknown): void {
    this.#emitter.setProcessor(processor, alive, enabled);
  }

  report(kind: string, what: string, error?: unknown): void {
    this.#diagnostics.report(kind, what, error);
  }

  isOwnResource(resource: AnyValueMap): boolean {
    return this.resources.hasPicked(resource);
  }

  after(delayMillis: number, run: () => void): () => void {
    return this.#clock.after(delayMillis, run);
  }
}
