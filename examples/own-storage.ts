// A storage of one's own: anything with these five methods. This one keeps only errors.
import {
  MemoryStorage,
  TelemetryCollector,
  TelemetryData,
  type TelemetryEvent,
  type TelemetryMetric,
  type TelemetryQuery,
  type TelemetryStorage,
} from 'rimp-telemetry';

class ErrorsOnly implements TelemetryStorage {
  readonly #kept = new MemoryStorage();

  store(data: TelemetryData): Promise<void> {
    return this.#kept.store(new TelemetryData({ events: data.events.filter((event) => event.eventType === 'error') }));
  }
  retrieve(query?: TelemetryQuery): Promise<TelemetryData> {
    return this.#kept.retrieve(query);
  }
  scan(query?: TelemetryQuery): AsyncIterable<TelemetryEvent | TelemetryMetric> {
    return this.#kept.scan(query);
  }
  clear(): Promise<void> {
    return this.#kept.clear();
  }
  close(): Promise<void> {
    return this.#kept.close();
  }
}

const storage = new ErrorsOnly();
const collector = new TelemetryCollector({}, { storage });
collector.collectEvent('db', 'connected', 'info');
collector.collectEvent('db', 'connection failed', 'error', { error: new Error('ECONNREFUSED') });
await collector.shutdown();

const { events } = await storage.retrieve();
for (const event of events) console.log(`${event.source}: ${event.message}`);
