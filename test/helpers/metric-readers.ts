import {
  AggregationTemporality,
  InMemoryMetricExporter,
  InstrumentType,
  type MetricData,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';

/**
 * A reader of deltas and a cumulative one, each with what it collects. They keep `limit` series of an instrument; the
 * first versions of the SDK have the default, whatever was given, and `limit` is what they really keep.
 */
export function deltaAndCumulative(wanted = 2_000) {
  const exporters = [AggregationTemporality.DELTA, AggregationTemporality.CUMULATIVE].map(
    (temporality) => new InMemoryMetricExporter(temporality),
  );
  const readers = exporters.map((exporter) => {
    const options = { exporter, exportIntervalMillis: 3_600_000 };
    // 2.x has a function, 3.x a map
    const limits = { cardinalitySelector: () => wanted, cardinalityLimits: { default: wanted } };
    return new PeriodicExportingMetricReader(Object.assign(options, limits));
  });
  const collectMetrics = async (which: 0 | 1): Promise<MetricData[]> => {
    await readers[which]?.forceFlush();
    const exporter = exporters[which] as InMemoryMetricExporter;
    const metrics = exporter.getMetrics().flatMap((some) => some.scopeMetrics.flatMap((scope) => scope.metrics));
    exporter.reset();
    return metrics;
  };
  const [first] = readers as [PeriodicExportingMetricReader];
  return { readers, collectMetrics, limit: first.selectCardinalityLimit(InstrumentType.HISTOGRAM) };
}
