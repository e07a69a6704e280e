import type { TelemetryCollector } from '../collector/collector.js';
import { followItems } from '../collector/follow-items.js';
import { INTERNALS } from '../collector/internals.js';
import { isEvent, type TelemetryItem } from '../model/item.js';
import type { TelemetryMetric } from '../model/metric.js';
import { instrumentPolicy } from '../otel/instruments/instrument-policy.js';
import { elapsed } from '../runtime/clock.js';
import { LedgerFamilies } from './ledger-families.js';
import { MetricTable } from './metric-table.js';
import type { PrometheusOptions } from './options.js';
import { type Format, writeFamilies } from './write-text.js';

/** Metrics that wait at most before they are taken into the table: a scrape, or so many of them, does that. */
const MAX_WAITING = 1_024;

const DEFAULT_MAX_SERIES = 10_000;
const DEFAULT_RESOURCE_LABELS = ['service.name', 'service.instance.id'];

/** What a collector has to show to Prometheus. */
export class Exposition {
  readonly #collector: TelemetryCollector;
  readonly #ledger = new LedgerFamilies();
  readonly #table: MetricTable;
  #waiting: TelemetryMetric[] = [];
  /** Ends the subscription. */
  readonly close: () => void;

  constructor(collector: TelemetryCollector, options: PrometheusOptions) {
    this.#collector = collector;
    const { expireAfterMillis, maxSeries = DEFAULT_MAX_SERIES, resourceLabels = DEFAULT_RESOURCE_LABELS } = options;
    const policy = instrumentPolicy(options.instruments ?? collector[INTERNALS].instrumentRules);
    const bounds = { maxSeries, expireMillis: expireAfterMillis, resourceLabels };
    this.#table = new MetricTable(policy, bounds, this.#ledger.families, (reason, name) =>
      collector[INTERNALS].report(
        `prometheus:${reason}`,
        `metric "${name}" is not shown to Prometheus (${reason}): see rimp_exposition_left_out_total`,
      ),
    );
    this.close = followItems(collector, 'prometheus', (item) => this.#take(item));
  }

  /** The answer to a scrape. */
  text(format: Format): string {
    this.#takeWaiting();
    this.#table.expire(elapsed(this.#collector[INTERNALS].clock));
    this.#ledger.update(this.#collector.health(), this.#table.left.toRecord());
    return writeFamilies(this.#ledger.families.all, format);
  }

  /** At a call site: nothing but kept. */
  #take(item: TelemetryItem): void {
    if (isEvent(item)) return;
    this.#waiting.push(item);
    if (this.#waiting.length >= MAX_WAITING) this.#takeWaiting();
  }

  #takeWaiting(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    const now = elapsed(this.#collector[INTERNALS].clock);
    for (const metric of waiting) this.#table.add(metric, now);
  }
}
