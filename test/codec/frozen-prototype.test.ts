import { expect, it } from '@jest/globals';
import { TelemetryCollector } from 'rimp-telemetry';

it('takes keys such as toString if Object.prototype is frozen', () => {
  // for good: this file has an Object of its own, and no other test
  Object.freeze(Object.prototype);
  const collector = new TelemetryCollector();
  const metadata = { toString: 'x', deep: { valueOf: 1, a: 2 } };
  collector.collectEvent('source', 'message', 'info', metadata);
  collector.collectMetric('m', 1, null, { hasOwnProperty: 'y', b: 'z' });
  const { events, metrics } = collector.flush();
  expect(JSON.parse(JSON.stringify(events[0]?.metadata))).toEqual(metadata);
  expect(Object.entries(metrics[0]?.tags ?? {})).toEqual([
    ['hasOwnProperty', 'y'],
    ['b', 'z'],
  ]);
  expect(collector.health().rejected).toEqual({});
});
