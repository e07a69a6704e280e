import type { ResourceMetricsLike } from '../../otel/sdk-types.js';
import { pointsOf } from '../points.js';
import type { ExportCallback, MetricExporterLike, MetricSelectors } from './counted-metric-exporter.js';
import type { DurableSender } from './durable-sender.js';

/** A metric exporter that writes to a queue on disk, and sends from there. */
export class DurableMetricExporter implements MetricExporterLike {
  readonly #sender: DurableSender<'metrics'>;
  #shutdown: Promise<void> | undefined;
  readonly selectAggregationTemporality?: (instrumentType: string) => number;
  readonly selectAggregation?: (instrumentType: string) => unknown;

  constructor(sender: DurableSender<'metrics'>, selectors: MetricSelectors) {
    this.#sender = sender;
    // readers ask whether an exporter has them
    Object.assign(this, selectors);
  }

  export(data: ResourceMetricsLike, done: ExportCallback): void {
    const { ledger } = this.#sender;
    const points = pointsOf(data);
    ledger.accepted += points;
    if (this.#shutdown !== undefined) {
      ledger.dropped.add('after_shutdown', points);
      done({ code: 1, error: new Error('the exporter was shut down') });
      return;
    }
    const error = points === 0 ? undefined : this.#sender.append(data, points);
    if (error === undefined) {
      this.#sender.wake();
      done({ code: 0 });
    } else {
      this.#sender.lose(points, error);
      done({ code: 1, error: new Error(`${points} metric points can't be written as OTLP`) });
    }
  }

  forceFlush(): Promise<void> {
    return this.#sender.flush();
  }

  shutdown(): Promise<void> {
    this.#shutdown ??= this.#sender.end();
    return this.#shutdown;
  }
}
