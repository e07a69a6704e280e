import type { ResourceMetricsLike } from '../otel/sdk-types.js';

/** The points of a collection. */
export function pointsOf(data: ResourceMetricsLike): number {
  let points = 0;
  for (const { metrics } of data.scopeMetrics) for (const { dataPoints } of metrics) points += dataPoints.length;
  return points;
}
