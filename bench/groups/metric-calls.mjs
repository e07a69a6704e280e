// What a call to collectMetric costs under both policies, beside the SDK's instruments and prom-client.
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import prom from 'prom-client';
import { startTelemetry } from 'rimp-telemetry';
import { micro, quick, ratio } from '../harness.mjs';
import { collectorTo } from '../parts.mjs';

const MAX_SERIES = 20_000;
function meterProvider() {
  const exporter = {
    export: (_metrics, done) => done({ code: 0 }),
    forceFlush: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
  };
  const reader = new PeriodicExportingMetricReader({
    exporter,
    exportIntervalMillis: 3_600_000,
    exportTimeoutMillis: 3_600_000,
    cardinalitySelector: () => MAX_SERIES,
    cardinalityLimits: { default: MAX_SERIES },
  });
  return new MeterProvider({ readers: [reader] });
}
const tagsOf = (i, series) => ({ route: `/api/${i % series}`, method: 'GET', status: '200', region: 'eu-west' });
const labelNames = ['route', 'method', 'status', 'region'];
const turn = () => new Promise((resolve) => setImmediate(resolve));

for (const series of [10, 10_000]) {
  const reused = Array.from({ length: series }, (_, i) => Object.freeze(tagsOf(i, series)));
  const makers = {
    fresh: (i) => tagsOf(i, series),
    reused: (i) => reused[i % series],
  };
  for (const [tags, make] of Object.entries(makers)) {
    if (quick && tags === 'reused') continue;
    for (const [policy, unit] of [
      ['gauge', 'items'],
      ['histogram', 'ms'],
    ]) {
      const meter = meterProvider().getMeter('bench');
      const rawInstrument = policy === 'gauge' ? meter.createGauge('m') : meter.createHistogram('m', { unit });
      const registry = new prom.Registry();
      const promInstrument = new prom[policy === 'gauge' ? 'Gauge' : 'Histogram']({
        name: 'm',
        help: 'm',
        labelNames,
        registers: [registry],
      });
      const alone = collectorTo();
      const provided = collectorTo();
      provided.useProviders({ meterProvider: meterProvider() });
      const heard = collectorTo();
      heard.addListener(() => {});
      const started = startTelemetry({ register: false, otlp: false, collectorOptions: { storage: alone.storage } });
      const collect = (collector) => {
        let at = 0;
        return {
          settle: turn,
          run(count) {
            for (const end = at + count; at < end; at += 1) collector.collectMetric('m', at % 977, unit, make(at));
          },
        };
      };
      let rawAt = 0;
      let promAt = 0;
      const m = await micro(
        `metric-calls-${policy}-${series}-${tags}`,
        `a measurement, ${policy}, ${series} series, 4 ${tags} tags`,
        {
          [`${policy}.record, the SDK`]: (count) => {
            for (const end = rawAt + count; rawAt < end; rawAt += 1) rawInstrument.record(rawAt % 977, make(rawAt));
          },
          "collectMetric, a user's provider": collect(provided),
          'collectMetric, startTelemetry': collect(started.collector),
          'collectMetric, no SDK': collect(alone),
          'collectMetric, no SDK, one listener': collect(heard),
          [`prom-client, ${policy === 'gauge' ? 'set' : 'observe'}`]:
            policy === 'gauge'
              ? (count) => {
                  for (const end = promAt + count; promAt < end; promAt += 1)
                    promInstrument.set(make(promAt), promAt % 977);
                }
              : (count) => {
                  for (const end = promAt + count; promAt < end; promAt += 1)
                    promInstrument.observe(make(promAt), promAt % 977);
                },
        },
        { rounds: quick ? 3 : 7 },
      );
      const ours = m["collectMetric, a user's provider"];
      const theirs = m[`${policy}.record, the SDK`];
      const name = `${policy}, ${series} series, ${tags} tags`;
      if (policy === 'gauge') ratio(`${name}: collectMetric over gauge.record`, ours / theirs, 'at most 0.6');
      else ratio(`${name}: ns over histogram.record`, ours - theirs, 'at most 500');
    }
  }
}
process.exit();
