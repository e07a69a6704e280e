import { describe, expect, it } from '@jest/globals';
import { TelemetryData, TelemetryEvent, TelemetryMetric } from 'rimp-telemetry';

const events = [new TelemetryEvent({ source: 's', message: 'm' })];
const metrics = [new TelemetryMetric({ name: 'n', value: 1 })];

describe('TelemetryData', () => {
  it('takes both kinds by name and by position', () => {
    for (const data of [new TelemetryData({ events, metrics }), new TelemetryData(events, metrics)])
      expect([data.events, data.metrics, data.size]).toEqual([events, metrics, 2]);
    expect(new TelemetryData(events).size).toBe(1);
    expect(new TelemetryData([], metrics).metrics).toEqual(metrics);
    expect(new TelemetryData({ metrics }).events).toEqual([]);
    expect(new TelemetryData().isEmpty).toBe(true);
  });

  it.each([
    [[5], /TelemetryData: expected an object with events and metrics, or two arrays, got 5/],
    [['ab'], /or two arrays, got "ab"/],
    [[null], /or two arrays, got null/],
    [[{ events: 'ab' }], /"events" to be an array, got "ab"/],
    [[{ metrics: new Set() }], /"metrics" to be an array, got an object \(Set\)/],
    [[[], {}], /"metrics" to be an array, got an object/],
  ])('refuses %j', (args, message) => {
    expect(() => new TelemetryData(...(args as ConstructorParameters<typeof TelemetryData>))).toThrow(message);
  });
});
