import type { TelemetryCollector } from '../collector/collector.js';
import { BRIDGE } from '../otel/bridge.js';
import { holdsPart } from '../otel/part-mark.js';
import { RimpLogRecordProcessor } from '../otel/processor.js';
import { registeredMetrics } from '../otel/registered.js';
import { aroundRegistrations } from './around-registrations.js';
import { attachProcessor } from './attach-processor.js';
import { attachReader, type ReaderAttachOptions } from './attach-reader.js';
import { globalLogs } from './globals.js';
import { cantAttach } from './make-providers.js';
import type { Warn } from './warn.js';

type Step = () => void;

/**
 * Adds our parts to the providers that are registered next, if they hold none: `startNodeSDK` takes no processors and
 * readers from its options with SDK 2.x, and with a declarative configuration (`OTEL_CONFIG_FILE`) in neither generation.
 * If one of the providers holds our part, the parts were taken, and what the other one lacks somebody has left out.
 */
export function attachUnlessTaken(collector: TelemetryCollector, options: ReaderAttachOptions, warn: Warn): void {
  let isTaken = false;
  let attached: Step[] = [];
  const seen = new Set<string>();
  const look = (provider: object, kind: 'processor' | 'reader', what: string, attach: () => Step | undefined): void => {
    if (seen.has(kind)) return;
    seen.add(kind);
    if (holdsPart(provider, kind)) {
      isTaken = true;
      detach();
    } else if (!isTaken) {
      const step = attach();
      if (step === undefined)
        warn('not_attached', cantAttach(what, kind === 'reader' ? 'RimpMetricReader' : 'RimpLogRecordProcessor'));
      else attached.push(step);
    }
    if (seen.size === 2) stopLooking();
  };
  const stopLooking = aroundRegistrations({
    logs(provider, register) {
      const answer = register();
      if (globalLogs() === provider)
        look(provider, 'processor', 'logger provider', () =>
          attachProcessor(provider, new RimpLogRecordProcessor(collector)),
        );
      return answer;
    },
    metrics(provider, register) {
      const done = register();
      if (registeredMetrics() === provider)
        look(provider, 'reader', 'meter provider', () => attachReader(provider, collector, options));
      return done;
    },
  });
  collector[BRIDGE].onEnd(() => {
    stopLooking();
    detach();
  });

  function detach(): void {
    for (const step of attached) step();
    attached = [];
  }
}
