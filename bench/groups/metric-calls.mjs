// What a call to collectMetric costs through a provider of the user's under both policies, beside the SDK's instruments and
// prom-client. One of each, as in an application: the series of several would push each other out of the caches.
import prom from 'prom-client';
import { micro, quick, ratio } from '../harness.mjs';
import { collectorTo, LABELS, measurements, measuring, meterProvider, numbered, rawInstrument } from '../parts.mjs';

for (const measurement of measurements({ reused: !quick })) {
  const { id, name, policy, make } = measurement;
  const isGauge = policy === 'gauge';
  const raw = rawInstrument(measurement);
  const promInstrument = new prom[isGauge ? 'Gauge' : 'Histogram']({
    name: 'm',
    help: 'm',
    labelNames: LABELS,
    registers: [new prom.Registry()],
  });
  const collector = collectorTo();
  collector.useProviders({ meterProvider: meterProvider() });
  const m = await micro(
    `metric-calls-${id}`,
    `a measurement, ${name}`,
    {
      [`${policy}.record, the SDK`]: numbered((i) => raw.record(i % 977, make(i))),
      "collectMetric, a user's provider": measuring(collector, measurement),
      [`prom-client, ${isGauge ? 'set' : 'observe'}`]: isGauge
        ? numbered((i) => promInstrument.set(make(i), i % 977))
        : numbered((i) => promInstrument.observe(make(i), i % 977)),
    },
    { rounds: quick ? 3 : 11 },
  );
  const ours = m["collectMetric, a user's provider"];
  const theirs = m[`${policy}.record, the SDK`];
  if (isGauge) ratio(`${name}: collectMetric over gauge.record`, ours / theirs, 'at most 0.6');
  else ratio(`${name}: ns over histogram.record`, ours - theirs, 'at most 500');
}
process.exit();
