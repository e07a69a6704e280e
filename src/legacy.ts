/**
 * RIMP's API with the names and the order of arguments that it has in Python, over the same classes: a ported call site
 * needs the import, `new`, `const`, `await` on storages and literals, and nothing else.
 */
export {
  type CollectEventArguments,
  type CollectMetricArguments,
  EventType,
  FileStorage,
  MemoryStorage,
  type RetrieveArguments,
  TelemetryCollector,
  TelemetryConfig,
  type TelemetryConfigArguments,
  type TelemetryConsumer,
  TelemetryData,
  type TelemetryDataArguments,
  TelemetryEvent,
  type TelemetryEventArguments,
  type TelemetryListener,
  TelemetryMetric,
  type TelemetryMetricArguments,
  TelemetryStorage,
  TelemetryStream,
  type TelemetryStreamArguments,
} from './legacy/legacy.js';
