import type { DataPointLike, MetricDataLike, ResourceMetricsLike } from '../../otel/sdk-types.js';

/** `ValueType.INT`: such a point has no text for what is no integer. */
const INT = 0;

/**
 * A collection as JSON holds its numbers: `NaN` and the infinities as texts, as Protocol Buffers' mapping to JSON says.
 * OpenTelemetry's serialiser leaves numbers to `JSON.stringify`, which makes null of these.
 */
export function withJsonNumbers(data: ResourceMetricsLike): ResourceMetricsLike {
  if (!data.scopeMetrics.some(({ metrics }) => metrics.some(hasOddNumber))) return data;
  return {
    ...data,
    scopeMetrics: data.scopeMetrics.map((of) => ({
      ...of,
      metrics: of.metrics.map((metric) => (hasOddNumber(metric) ? withTexts(metric) : metric)),
    })),
  };
}

function hasOddNumber({ descriptor, dataPoints }: MetricDataLike): boolean {
  return descriptor.valueType !== INT && dataPoints.some(({ value }) => isOdd(value));
}

function withTexts(metric: MetricDataLike): MetricDataLike {
  const dataPoints = metric.dataPoints.map((point): DataPointLike => {
    return isOdd(point.value) ? { ...point, value: textsOf(point.value) } : point;
  });
  return { ...metric, dataPoints };
}

/** Whether a value is such a number, or holds one: a histogram's sum or boundary. */
function isOdd(value: unknown): boolean {
  if (typeof value === 'number') return !Number.isFinite(value);
  if (typeof value !== 'object' || value === null) return false;
  for (const part of Object.values(value)) if (isOdd(part)) return true;
  return false;
}

function textsOf(value: unknown): unknown {
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (Array.isArray(value)) return value.map(textsOf);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, textsOf(part)]));
}
