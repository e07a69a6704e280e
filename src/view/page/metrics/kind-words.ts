import type { MetricName } from '../../api-types.js';

/** What a metric's kind is called. */
export const KIND_WORDS: Readonly<Record<MetricName['kind'], string>> = {
  gauge: 'gauge',
  sum: 'counter',
  histogram: 'histogram',
  exponential_histogram: 'histogram',
  sample: 'measurements',
};
