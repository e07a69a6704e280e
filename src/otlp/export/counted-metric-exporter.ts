import type { ResourceMetricsLike } from '../../otel/sdk-types.js';
import { Ledger, type LedgerFigures } from '../../pipeline/counters.js';
import type { LossReport } from '../../pipeline/loss-report.js';
import { pointsOf } from '../points.js';
import type { BatchExporter } from './batch-exporter.js';

/** How an export ended, for a metric reader of the SDK: code 0 is success. */
export type ExportCallback = (result: { readonly code: number; readonly error?: Error }) => void;

/** A `PushMetricExporter` of either SDK, as far as its readers call one. */
export interface MetricExporterLike {
  export(data: ResourceMetricsLike, done: ExportCallback): void;
  forceFlush(): Promise<void>;
  shutdown(): Promise<void>;
  selectAggregationTemporality?(instrumentType: string): number;
  selectAggregation?(instrumentType: string): unknown;
}

/** How instruments are exported. */
export type MetricSelectors = Pick<MetricExporterLike, 'selectAggregationTemporality' | 'selectAggregation'>;

/** Settings of a {@link CountedMetricExporter}. */
export interface CountedMetricOptions {
  readonly exporter: BatchExporter<ResourceMetricsLike>;
  readonly selectors: MetricSelectors;
  readonly report: LossReport;
}

/** Exports metrics at once, and counts their points. */
export class CountedMetricExporter implements MetricExporterLike {
  readonly #options: CountedMetricOptions;
  readonly #ledger: Ledger;
  readonly #running = new Set<Promise<void>>();
  #exporting = 0;
  #abandoned = false;
  readonly selectAggregationTemporality?: (instrumentType: string) => number;
  readonly selectAggregation?: (instrumentType: string) => unknown;

  constructor(options: CountedMetricOptions) {
    this.#options = options;
    this.#ledger = new Ledger(() => this.#exporting);
    // readers ask whether an exporter has them
    Object.assign(this, options.selectors);
  }

  get figures(): LedgerFigures {
    return this.#ledger.figures;
  }

  export(data: ResourceMetricsLike, done: ExportCallback): void {
    const running = this.#export(data, done).finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  async forceFlush(): Promise<void> {
    const flushed = this.#options.exporter.flush();
    await Promise.all(this.#running);
    await flushed;
  }

  async shutdown(): Promise<void> {
    await this.forceFlush();
    await this.abandon();
  }

  /** Counts what is being exported as lost: nobody waits for it any longer. */
  async abandon(): Promise<void> {
    this.#abandoned = true;
    this.#ledger.dropped.add('shutdown_timeout', this.#exporting);
    this.#exporting = 0;
    await this.#options.exporter.shutdown();
  }

  async #export(data: ResourceMetricsLike, done: ExportCallback): Promise<void> {
    const points = pointsOf(data);
    this.#ledger.accepted += points;
    if (this.#abandoned) {
      this.#ledger.dropped.add('after_shutdown', points);
      done({ code: 1, error: new Error('the exporter was shut down') });
      return;
    }
    this.#exporting += points;
    const { delivered, dropped, error } = await this.#options.exporter.export(data, points);
    if (!this.#abandoned) {
      this.#exporting -= points;
      this.#ledger.delivered += delivered;
      this.#ledger.dropped.addAll(dropped);
      if (error !== undefined) {
        const what = `exporting ${points - delivered} metric points over OTLP failed`;
        this.#options.report('otlp_metrics', what, error, Object.keys(dropped));
      }
    }
    done(error === undefined ? { code: 0 } : { code: 1, error });
  }
}
