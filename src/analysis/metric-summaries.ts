import type { TelemetryMetric } from '../model/metric.js';
import { isHistogramPart, MetricSummary, summaryKey } from './metric-summary.js';

/** Metrics that are summarised one by one. */
const MAX_METRICS = 2_000;

/** Summaries of metrics by their names, in bounded memory. */
export class MetricSummaries {
  readonly #byKey = new Map<string, MetricSummary>();
  readonly #max: number;
  #parts = 0;
  #others = 0;

  /** @param max - metrics that are summarised; others are counted together. Default 2,000. */
  constructor(max = MAX_METRICS) {
    this.#max = max;
  }

  /** Items `name.sum`, `name.min` and `name.max`, which the histogram in `name.count` has as well. */
  get parts(): number {
    return this.#parts;
  }

  /** Items of metrics that came when there were too many. */
  get others(): number {
    return this.#others;
  }

  add(metric: TelemetryMetric): void {
    if (isHistogramPart(metric)) {
      this.#parts += 1;
      return;
    }
    const key = summaryKey(metric);
    let summary = this.#byKey.get(key);
    if (summary === undefined) {
      if (this.#byKey.size >= this.#max) {
        this.#others += 1;
        return;
      }
      this.#byKey.set(key, (summary = new MetricSummary(metric)));
    }
    summary.add(metric);
  }

  /** By the key that a metric is summarised under. */
  get(key: string): MetricSummary | undefined {
    return this.#byKey.get(key);
  }

  keys(): Iterable<string> {
    return this.#byKey.keys();
  }

  /** All, in the order of their names. */
  list(): MetricSummary[] {
    return [...this.#byKey.values()].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  }
}
