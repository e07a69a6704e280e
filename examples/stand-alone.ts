// Stand-alone: one call sets OpenTelemetry up, with export over OTLP if OTEL_EXPORTER_OTLP_ENDPOINT is set.
import { EventType, startTelemetry } from 'rimp-telemetry';

const telemetry = startTelemetry({
  serviceName: 'shop',
  resourceAttributes: { 'deployment.environment.name': 'test' },
});
const { collector } = telemetry;

collector.collectEvent('shop', 'open for business', EventType.INFO);
collector.collectMetric('till', 100, 'EUR');

const { complete } = await telemetry.shutdown({ timeoutMillis: 10_000 });
const { sinks } = collector.health();
console.log(`handed on completely: ${complete}`);
for (const [name, { accepted, delivered }] of Object.entries(sinks))
  console.log(`${name}: ${delivered} of ${accepted}`);
