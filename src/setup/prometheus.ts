import type { TelemetryCollector } from '../collector/collector.js';
import type { PrometheusHandler } from '../prometheus/handler.js';
import type { PrometheusOptions } from '../prometheus/options.js';
import { loadPrometheus } from './on-demand.js';

/**
 * A handler that shows a collector's counters, and the last values, sums and histograms of its metrics, to Prometheus: in
 * OpenMetrics 1.0 or, for who doesn't ask for that, in the text format 0.0.4. It may be mounted in `node:http`, Express and
 * the like, at any path. Values are kept from this call on. It ends with the collector.
 *
 * @throws TelemetryError `RIMP_INVALID_ARGUMENT` if an option is wrong or misspelt.
 */
export function createPrometheusHandler(
  collector: TelemetryCollector,
  options: PrometheusOptions = {},
): PrometheusHandler {
  return loadPrometheus().makePrometheusHandler(collector, options);
}
