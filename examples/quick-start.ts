// The shortest way: collect, listen, look.
import { EventType, TelemetryCollector } from 'rimp-telemetry';

const collector = new TelemetryCollector({ realtimeMode: true });

collector.addListener((data) => {
  for (const event of data.events) console.log(`heard: ${event.message}`);
});

collector.collectEvent('my_app', 'User logged in', EventType.INFO, { user_id: '123' });
collector.collectMetric('response_time', 125.5, 'ms', { endpoint: '/api/users' });

await collector.forceFlush();
const { events, metrics } = await collector.storage.retrieve({ limit: 100 });
console.log(`stored: ${events.length} event, ${metrics.length} metric`);
await collector.shutdown();
