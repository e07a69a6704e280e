// Call sites of RIMP for Python, ported line by line: the import, `new`, `const`, `await`, literals.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  EventType,
  FileStorage,
  TelemetryCollector,
  TelemetryConfig,
  type TelemetryData,
  TelemetryStream,
} from 'rimp-telemetry/legacy';

const config = new TelemetryConfig({ enabled: true, realtime_mode: true });
const collector = new TelemetryCollector(config);

const event = collector.collect_event({
  source: 'my_app',
  message: 'User logged in',
  event_type: EventType.INFO,
  metadata: { user_id: '123' },
});
console.log(`event of type ${event?.event_type}`);
collector.collect_event('auth', 'Invalid password', EventType.WARNING);
collector.collect_metric('http_request_duration', 125, 'ms', { endpoint: '/api/users', method: 'GET' });

const directory = await mkdtemp(join(tmpdir(), 'rimp-'));
const storage = new FileStorage(join(directory, 'telemetry.jsonl'));
const stream = new TelemetryStream({ collector, storage, interval: 1.0 });

function process_data(data: TelemetryData): void {
  for (const event of data.events) console.log(`Event: ${event.message}`);
  for (const metric of data.metrics) console.log(`Metric: ${metric.name} = ${metric.value}`);
}

stream.add_consumer(process_data);
stream.start();
await stream.stop();

const data = await storage.retrieve({
  start_time: new Date(2025, 0, 1),
  end_time: new Date(2099, 11, 31),
  limit: 1000,
});
console.log(`Stored ${data.events.length} events and ${data.metrics.length} metric`);
await collector.shutdown();
await rm(directory, { recursive: true });
