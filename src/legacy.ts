/**
 * RIMP's API with the names and the order of arguments that it has in Python, over the same classes: a ported call site
 * needs the import, `new`, `const`, `await` on storages, literals and keyword calls as one object, and nothing else.
 */
export type { TelemetryConsumer } from './collector/stream.js';
export {
  type CollectEventArguments,
  type CollectMetricArguments,
  TelemetryCollector,
} from './legacy/collector.js';
export { TelemetryConfig, type TelemetryConfigArguments } from './legacy/config.js';
export { TelemetryData, type TelemetryDataArguments } from './legacy/data.js';
export {
  TelemetryEvent,
  type TelemetryEventArguments,
  TelemetryMetric,
  type TelemetryMetricArguments,
} from './legacy/items.js';
export { FileStorage, MemoryStorage, type RetrieveArguments, TelemetryStorage } from './legacy/storage.js';
export { TelemetryStream, type TelemetryStreamArguments } from './legacy/stream.js';
export { EventType } from './model/event-type.js';
export type { TelemetryListener } from './pipeline/listeners.js';
