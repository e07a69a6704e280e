import type { TelemetryData } from '../model/data.js';
import type { TelemetryItem } from '../model/item.js';
import type { TelemetryCollector } from './collector.js';

/**
 * Calls `take` with each item that a collector takes in: at once, or without real-time listeners when it is flushed.
 *
 * @param name - of the sink that is then added.
 * @param take - must be quick, as it runs at the call site.
 * @returns what ends that.
 */
export function followItems(
  collector: TelemetryCollector,
  name: string,
  take: (item: TelemetryItem) => void,
): () => void {
  const takeAll = ({ events, metrics }: TelemetryData): void => {
    for (const event of events) take(event);
    for (const metric of metrics) take(metric);
  };
  if (collector.config.realtimeMode) return collector.addListener(takeAll);
  const sink = collector.addSink(name, { store: async (data) => takeAll(data) });
  return () => void sink.remove();
}
