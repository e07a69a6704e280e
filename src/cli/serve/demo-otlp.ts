/** A point of a metric, at the time of the process that began at `start`. */
export interface Point {
  readonly tags: object;
  readonly millis: number;
  readonly start: number;
  readonly value?: number;
  /** Counts by bucket. */
  readonly counts?: readonly number[];
}

/** The resource of one of the example's services. */
export function resource(service: string): object {
  return { attributes: attributes({ 'service.name': service, 'service.version': '1.4.2' }) };
}

/** Attributes in OTLP's JSON. */
export function attributes(map: object): object[] {
  return Object.entries(map).map(([key, value]) => ({ key, value: anyValue(value) }));
}

export function gauge(name: string, unit: string, points: readonly Point[]): object {
  return { name, unit, gauge: { dataPoints: points.map((point) => ({ ...times(point), asDouble: point.value })) } };
}

/** A counter, cumulative. */
export function sum(name: string, unit: string, points: readonly Point[]): object {
  const dataPoints = points.map((point) => ({ ...times(point), asDouble: point.value }));
  return { name, unit, sum: { dataPoints, aggregationTemporality: 2, isMonotonic: true } };
}

/** A cumulative histogram; its sum is that of the buckets' upper bounds. */
export function histogram(name: string, unit: string, bounds: readonly number[], points: readonly Point[]): object {
  const dataPoints = points.map((point) => {
    const counts = point.counts ?? [];
    return {
      ...times(point),
      count: String(counts.reduce((total, count) => total + count, 0)),
      sum: counts.reduce((total, count, i) => total + count * (bounds[i] ?? bounds.at(-1) ?? 0), 0),
      bucketCounts: counts.map(String),
      explicitBounds: bounds,
    };
  });
  return { name, unit, histogram: { dataPoints, aggregationTemporality: 2 } };
}

function times({ tags, millis, start }: Point): object {
  const nanos = (at: number): string => String(BigInt(Math.round(at)) * 1_000_000n);
  return { attributes: attributes(tags), timeUnixNano: nanos(millis), startTimeUnixNano: nanos(start) };
}

function anyValue(value: unknown): object {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'number') return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
  return { kvlistValue: { values: attributes(value as object) } };
}
