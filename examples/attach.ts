// Added to an OpenTelemetry set-up that is there already: two objects, and everything that flows through it is kept.
import { LoggerProvider } from '@opentelemetry/sdk-logs';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { RimpLogRecordProcessor, RimpMetricReader, TelemetryCollector } from 'rimp-telemetry';

const collector = new TelemetryCollector();
const loggerProvider = new LoggerProvider({ processors: [new RimpLogRecordProcessor(collector)] });
const meterProvider = new MeterProvider({ readers: [new RimpMetricReader(collector)] });
collector.useProviders({ loggerProvider, meterProvider });

// what any library does with OpenTelemetry …
loggerProvider.getLogger('payments').emit({ severityNumber: 17, body: 'card declined', attributes: { order: 42 } });
meterProvider.getMeter('payments').createCounter('declined').add(1, { card: 'visa' });
// … and what a RIMP call site does
collector.collectEvent('checkout', 'cart abandoned');

await collector.forceFlush();
const { events, metrics } = await collector.storage.retrieve();
for (const event of events) console.log(`${event.eventType} ${event.source}: ${event.message}`);
for (const metric of metrics) console.log(`${metric.name} = ${metric.value} ${JSON.stringify(metric.tags)}`);

await collector.shutdown();
await Promise.all([loggerProvider.shutdown(), meterProvider.shutdown()]);
