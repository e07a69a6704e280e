import { afterEach } from '@jest/globals';
import { LoggerProvider, type LogRecordProcessor } from '@opentelemetry/sdk-logs';
import { EventType, RimpLogRecordProcessor, TelemetryCollector, type TelemetryEvent } from 'rimp-telemetry';
import { processor } from './sdk.js';

export type SdkRecord = Parameters<LogRecordProcessor['onEmit']>[0];
/** A collector on a provider, and what its last processor is given. */
export interface Way {
  readonly collector: TelemetryCollector;
  readonly provider: LoggerProvider;
  readonly records: SdkRecord[];
  readonly collect: (metadata: unknown) => { event: TelemetryEvent; record: SdkRecord };
}

/** Collectors that are shut down after the test. */
export const open: TelemetryCollector[] = [];
afterEach(async () => {
  for (const collector of open.splice(0)) await collector.shutdown();
});

/** A collector whose processor has these before it, and one after it that keeps each record. */
export function way(before: LogRecordProcessor[], limits: { attributeCountLimit?: number } = {}): Way {
  const collector = new TelemetryCollector({ bufferSize: 1_000_000 }, { warnOnLoss: false });
  open.push(collector);
  const records: SdkRecord[] = [];
  const after = processor((record) => records.push(record));
  const provider = new LoggerProvider({
    processors: [...before, new RimpLogRecordProcessor(collector), after],
    logRecordLimits: limits,
  });
  collector.useProviders({ loggerProvider: provider });
  const collect = (metadata: unknown) => {
    collector.collectEvent('source', 'message', EventType.WARNING, metadata as object);
    const [event] = collector.flush().events;
    return { event: event as TelemetryEvent, record: records.at(-1) as SdkRecord };
  };
  return { collector, provider, records, collect };
}
