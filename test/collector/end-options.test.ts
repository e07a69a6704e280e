import { describe, expect, it } from '@jest/globals';
import { TelemetryCollector } from 'rimp-telemetry';

describe('a flush and a shutdown, which never reject', () => {
  it.each([
    [{ timeoutMilis: 5 }, 'unknown option "timeoutMilis": did you mean "timeoutMillis"?'],
    [{ timeoutMillis: '5' }, 'expected "timeoutMillis" to be a number of milliseconds'],
  ])('warn of wrong options, and take the default: %j', async (options, words) => {
    for (const call of ['forceFlush', 'shutdown'] as const) {
      const made = new TelemetryCollector();
      expect(await made[call](options as object)).toMatchObject({ complete: true });
      expect(made.health().lastError?.message).toContain(`${call}: ${words}`);
      await made.shutdown();
    }
  });
});
