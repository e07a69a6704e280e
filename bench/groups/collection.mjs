// What a collection by our reader costs beside one by the SDK's own, of a gauge whose series all changed.
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import { RimpMetricReader } from 'rimp-telemetry';
import { compare, quick, ratio, timed } from '../harness.mjs';
import { collectorTo } from '../parts.mjs';

const LIMIT = 200_000;
const limits = { cardinalitySelector: () => LIMIT, cardinalityLimits: { default: LIMIT } };
class PlainReader extends MetricReader {
  constructor() {
    super({ ...limits, aggregationTemporalitySelector: () => 0, temporalityPreference: 0 });
  }
  onForceFlush() {
    return Promise.resolve();
  }
  onShutdown() {
    return Promise.resolve();
  }
}

for (const series of quick ? [10, 1000, 10_000] : [10, 100, 1000, 10_000, 100_000]) {
  const collector = collectorTo(
    undefined,
    { bufferSize: 1_000_000 },
    { maxQueueSize: 1_000_000, maxQueueBytes: 2 ** 30 },
  );
  const plain = new PlainReader();
  const ours = new RimpMetricReader(collector, { collectIntervalMillis: 3_600_000 });
  ours.selectCardinalityLimit = () => LIMIT;
  const record = (reader) => {
    const gauge = new MeterProvider({ readers: [reader] }).getMeter('bench').createGauge('m');
    const tags = Array.from({ length: series }, (_, i) => ({ route: `/api/${i}`, method: 'GET', status: '200' }));
    return () => tags.forEach((some, i) => gauge.record(i, some));
  };
  const recordPlain = record(plain);
  const recordOurs = record(ours);
  let found = 0;
  const collection = (reader, prepare) => async () => {
    prepare();
    const time = await timed(async () => {
      const { resourceMetrics } = await reader.collect();
      found = resourceMetrics.scopeMetrics[0]?.metrics[0]?.dataPoints.length ?? 0;
    });
    if (found !== series) throw new Error(`${found} of ${series} series`);
    collector.flush();
    return time;
  };
  const m = await compare(
    `collection-${series}`,
    `a collection of ${series} series`,
    'µs',
    { "the SDK's own reader": collection(plain, recordPlain), RimpMetricReader: collection(ours, recordOurs) },
    { per: 1 / 1000, rounds: series > 10_000 ? 5 : quick ? 7 : 31, collect: series > 1000 },
  );
  const [sdk, rimp] = Object.values(m);
  ratio(`collection of ${series} series, over the SDK's`, rimp / sdk, series === 10_000 ? 'at most 1.5' : undefined);
}
process.exit();
