import { runInNewContext } from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import { type EventType, TelemetryCollector } from 'rimp-telemetry';

describe('an event type that names none', () => {
  it.each([
    ['metadata in its place', { userId: 1 }],
    ['an unknown word', 'loud'],
    ['a number', 3],
  ])('is counted and reported: %s', (_what, given) => {
    const collector = new TelemetryCollector();
    expect(collector.collectEvent('a', 'b', given as unknown as EventType)?.eventType).toBe('info');
    collector.collectEvent({ source: 'a', message: 'b', eventType: given as unknown as EventType });
    expect(collector.health().replaced).toEqual({ invalid_event_type: 2 });
    expect(collector.health().lastError).toMatchObject({
      kind: 'invalid_event_type',
      message: expect.stringContaining("expected the event's type to be info, warning, error or debug, got"),
    });
  });

  it('is nothing special if none was given, or a word that is known', () => {
    const collector = new TelemetryCollector();
    for (const given of [undefined, null, 'WARN', 'critical']) {
      collector.collectEvent('a', 'b', given as unknown as EventType);
    }
    expect(collector.health().replaced).toEqual({});
  });
});

describe('what another realm made', () => {
  it('is kept: tags in a Map, bytes', () => {
    const collector = new TelemetryCollector();
    const tags = runInNewContext("new Map([['t', 'x'], ['n', 1]])") as Record<string, unknown>;
    expect(collector.collectMetric('m', 1, null, tags)?.tags).toEqual({ t: 'x', n: 1 });
    const bytes: unknown = runInNewContext('new Uint8Array([1, 2]).buffer');
    expect(collector.collectEvent('a', 'b', 'info', { bytes })?.metadata).toEqual({ bytes: new Uint8Array([1, 2]) });
  });
});
