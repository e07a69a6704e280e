import { metrics as ownMetrics } from '@opentelemetry/api';
import type { TelemetryCollector } from '../collector/collector.js';
import { bridgeLogsApis } from '../otel/logs-apis.js';
import { RimpLogRecordProcessor } from '../otel/processor.js';
import { builtInLogs, registeredMetrics, separateLogs } from '../otel/registered.js';
import type { LoggerProviderLike, MeterProvider } from '../otel/sdk-types.js';
import { aroundRegistrations } from './around-registrations.js';
import { attachProcessor } from './attach-processor.js';
import { attachReader } from './attach-reader.js';
import { globalLogs } from './globals.js';
import { cantAttach } from './make-providers.js';
import type { StartedTelemetry } from './start-telemetry.js';
import type { Warn } from './warn.js';

/**
 * Has a set-up that follows ours, such as a second `--import`, become the global one as if ours were not there, and adds our
 * parts to its providers: the APIs refuse a second registration, and the other's exporters would get nothing.
 *
 * @returns what ends it, and takes our parts away again.
 */
export function yieldGlobals(started: StartedTelemetry, warn: Warn): () => void {
  const { collector } = started;
  const undo: (() => void)[] = [];
  const follow = (detach: (() => void) | undefined, what: string, part: string): void => {
    if (detach === undefined) warn('registered_again', cantAttach(what, part));
    else undo.push(detach);
  };
  const end = aroundRegistrations({
    metrics(provider, register) {
      const isOurs = registeredMetrics() === started.meterProvider && provider !== started.meterProvider;
      if (isOurs) ownMetrics.disable();
      const done = register();
      if (isOurs && done) {
        follow(attachReader(provider, collector, {}), 'meter provider', 'RimpMetricReader');
        useMetrics(collector, provider);
      }
      return done;
    },
    logs(provider, register) {
      const isOurs = globalLogs() === started.loggerProvider && provider !== started.loggerProvider;
      if (isOurs) {
        for (const own of [builtInLogs, separateLogs()]) {
          if (own?.getLoggerProvider() === started.loggerProvider) own.disable();
        }
      }
      const done = register();
      if (isOurs) {
        const processor = new RimpLogRecordProcessor(collector);
        follow(attachProcessor(provider, processor), 'logger provider', 'RimpLogRecordProcessor');
        useLogs(collector, provider);
      }
      return done;
    },
  });
  return () => {
    end();
    for (const step of undo.splice(0)) step();
  };
}

function useMetrics(collector: TelemetryCollector, meterProvider: MeterProvider): void {
  collector.useProviders({ meterProvider });
}

function useLogs(collector: TelemetryCollector, loggerProvider: LoggerProviderLike): void {
  collector.useProviders({ loggerProvider });
  bridgeLogsApis();
}
