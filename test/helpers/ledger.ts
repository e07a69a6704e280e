import { expect } from '@jest/globals';
import type { LedgerFigures, TelemetryCollector } from 'rimp-telemetry';

/** Asserts that all counters of a collector balance. */
export function expectBalance(collector: TelemetryCollector): void {
  const health = collector.health();
  for (const figures of [health, ...Object.values(health.sinks)] as LedgerFigures[]) {
    const dropped = Object.values(figures.dropped).reduce((sum, count) => sum + count, 0);
    expect(figures.delivered + figures.queued + dropped).toBe(figures.accepted);
  }
}
