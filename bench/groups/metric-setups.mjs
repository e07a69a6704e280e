// What a call to collectMetric costs in each set-up, all of them in one process, beside the SDK's instruments: with 10,000
// series of each, most of the time is memory that no cache holds.
import { startTelemetry } from 'rimp-telemetry';
import { micro } from '../harness.mjs';
import { collectorTo, measurements, measuring, meterProvider, numbered, rawInstrument } from '../parts.mjs';

for (const measurement of measurements({ reused: false })) {
  const { id, name, policy, make } = measurement;
  const raw = rawInstrument(measurement);
  const alone = collectorTo();
  const provided = collectorTo();
  provided.useProviders({ meterProvider: meterProvider() });
  const heard = collectorTo();
  heard.addListener(() => {});
  const started = startTelemetry({ register: false, otlp: false, collectorOptions: { storage: alone.storage } });
  await micro(
    `metric-setups-${id}`,
    `a measurement, ${name}`,
    {
      [`${policy}.record, the SDK`]: numbered((i) => raw.record(i % 977, make(i))),
      "collectMetric, a user's provider": measuring(provided, measurement),
      'collectMetric, startTelemetry': measuring(started.collector, measurement),
      'collectMetric, no SDK': measuring(alone, measurement),
      'collectMetric, no SDK, one listener': measuring(heard, measurement),
    },
    { rounds: 7 },
  );
}
process.exit();
