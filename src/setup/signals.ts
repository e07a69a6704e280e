import { BRIDGE } from '../otel/bridge.js';
import { onSignals, SIGNAL_TIMEOUT_MILLIS } from '../runtime/signals.js';
import type { StartedTelemetry } from './start-telemetry.js';

/**
 * Has SIGTERM and SIGINT end a set-up before they end the process. If the application handles the signal itself, and so
 * goes on, the set-up is only flushed: what the application collects on its way out is kept. It ends with the collector.
 */
export function shutdownOnSignals(started: StartedTelemetry): void {
  const within = { timeoutMillis: SIGNAL_TIMEOUT_MILLIS };
  const leave = onSignals((ending) => (ending ? started.shutdown(within) : started.forceFlush(within)));
  started.collector[BRIDGE].onEnd(leave);
}
