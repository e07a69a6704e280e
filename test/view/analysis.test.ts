import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EventType, type TelemetryEvent } from 'rimp-telemetry';
import type { Patterns, Traces } from '../../src/view/api-types.js';
import { closeViews } from '../helpers/live-view.js';
import { at, event, ViewApi } from '../helpers/view-api.js';

const api = new ViewApi();
beforeEach(() => api.start());
afterEach(closeViews);

describe('GET api/patterns', () => {
  it('groups similar messages, of whatever type, and its patterns are filters', async () => {
    const types = [EventType.INFO, EventType.ERROR];
    await api.store([
      ...Array.from({ length: 40 }, (_, i) => event(i, `order ${i} paid`, { eventType: types[i % 2] })),
      event(50, 'nothing alike at all here'),
    ]);
    const found = await api.get<Patterns>('patterns');
    expect(found).toMatchObject({ events: 41, others: 0, cut: false });
    expect(found.patterns[0]).toMatchObject({
      pattern: 'order <num> paid',
      count: 40,
      byType: { info: 20, error: 20 },
      sources: ['shop'],
      first: at(0).toISOString(),
      last: at(39).toISOString(),
    });
    for (const { pattern, count } of found.patterns) {
      const page = await api.page(`events?pattern=${encodeURIComponent(pattern)}`);
      expect(page.messages).toHaveLength(count);
    }
  });
});

describe('GET api/traces', () => {
  const trace = (digit: string): string => digit.repeat(32);
  const span = (second: number, name: string, traceId: string, spanId: string, more: object = {}): TelemetryEvent =>
    event(second, name, {
      otel: {
        traceId,
        spanId,
        resource: { 'service.name': 'shop' },
        span: { kind: 'server', endTimeUnixNano: String(BigInt(at(second + 2).getTime()) * 1_000_000n), ...more },
      },
    });

  it('sums up whole traces in which something is asked for, the latest first', async () => {
    await api.store([
      span(0, 'GET /', trace('a'), '1'.repeat(16)),
      span(1, 'query', trace('a'), '2'.repeat(16), { parentSpanId: '1'.repeat(16) }),
      event(1, 'it failed', { eventType: EventType.ERROR, otel: { traceId: trace('a'), spanId: '2'.repeat(16) } }),
      span(5, 'POST /', trace('b'), '3'.repeat(16)),
      event(6, 'of no trace'),
    ]);
    const { traces } = await api.get<Traces>('traces');
    expect(traces.map(({ name }) => name)).toEqual(['POST /', 'GET /']);
    expect(traces[1]).toEqual({
      traceId: trace('a'),
      name: 'GET /',
      service: 'shop',
      start: at(0).toISOString(),
      durationMillis: 3_000,
      spans: 2,
      events: 1,
      errors: 1,
    });
    const failed = await api.get<Traces>('traces?eventTypes=error');
    expect(failed.traces).toMatchObject([{ name: 'GET /', spans: 2, events: 1 }]);
  });
});
