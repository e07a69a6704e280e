import type { TelemetryMetric } from '../model/metric.js';
import { FACADE_SCOPE } from '../otel/instruments/facade-scope.js';
import type { ResourcePicker } from '../otel/resource.js';
import type { CollectionResultLike, LogRecordLike, SpanLike } from '../otel/sdk-types.js';
import { loadFromOtel } from '../otel/transform/on-demand.js';
import type { Pipeline } from '../pipeline/pipeline.js';
import type { Clock } from '../runtime/clock.js';
import type { Diagnostics } from '../runtime/diagnostics.js';

/** The counter of what others emitted and could not be read. */
const NOT_READABLE = ['dropped.not_readable'];

/** Gives a pipeline what others emit, measure and trace through OpenTelemetry. What can't be read is counted, and stops nothing. */
export class IncomingItems {
  readonly #pipeline: Pipeline;
  readonly #diagnostics: Diagnostics;
  readonly #clock: Clock;
  readonly #resources: ResourcePicker;
  /** With two processors of one collector on a provider, both are given the record or span. */
  readonly #seen = new WeakSet<LogRecordLike | SpanLike>();

  /** @param resources - what goes along with items of the collector's own providers. */
  constructor(pipeline: Pipeline, diagnostics: Diagnostics, clock: Clock, resources: ResourcePicker) {
    this.#pipeline = pipeline;
    this.#diagnostics = diagnostics;
    this.#clock = clock;
    this.#resources = resources;
  }

  /** @param mayComeTwice - whether the collector has several processors. */
  takeLogRecord(record: LogRecordLike, mayComeTwice: boolean): void {
    if (mayComeTwice && !this.#isNew(record)) return;
    const resource = this.#resources.pick(record.resource);
    this.#pipeline.acceptEvent(loadFromOtel().eventOfRecord(record, resource, this.#clock.now()));
  }

  takeSpan(span: SpanLike): void {
    const { eventOfSpan, isSampled } = loadFromOtel();
    if (!isSampled(span) || !this.#isNew(span)) return;
    this.#pipeline.acceptEvent(eventOfSpan(span, this.#resources.pick(span.resource), this.#clock.now()));
  }

  /** Takes what a reader has collected, but for what the facade has measured: the pipeline has that already. */
  takeCollection({ errors, resourceMetrics }: CollectionResultLike): void {
    for (const error of errors)
      this.#diagnostics.report('collect', 'collecting metrics from OpenTelemetry failed in part', error);
    const { eachMetricOfData } = loadFromOtel();
    const take = (metric: TelemetryMetric, tagBytes: number | undefined): void =>
      this.#pipeline.acceptMetric(metric, tagBytes);
    const resource = this.#resources.pick(resourceMetrics.resource);
    for (const { scope, metrics } of resourceMetrics.scopeMetrics) {
      if (scope.name === FACADE_SCOPE) continue;
      for (const data of metrics) {
        try {
          eachMetricOfData(data, scope, resource, this.#clock.now(), take);
        } catch (error) {
          this.notReadable('metric_data', 'a metric of OpenTelemetry', error);
        }
      }
    }
  }

  /** Counts what could not be read. */
  notReadable(kind: string, what: string, error: unknown): void {
    this.#pipeline.withhold('not_readable');
    this.#diagnostics.report(kind, `${what} could not be read`, error, NOT_READABLE);
  }

  #isNew(item: LogRecordLike | SpanLike): boolean {
    if (this.#seen.has(item)) return false;
    this.#seen.add(item);
    return true;
  }
}
