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

  const shortTrace = (number: number, more: object = {}): TelemetryEvent =>
    span(number, `trace ${number}`, number.toString(16).padStart(32, '0'), number.toString(16).padStart(16, '0'), {
      endTimeUnixNano: String(BigInt(at(number).getTime() + 1 + (number % 7)) * 1_000_000n),
      ...more,
    });
  const nanosOf = (second: number): string => String(BigInt(at(second).getTime()) * 1_000_000n);
  const namesOf = ({ traces }: Traces): string[] => traces.map(({ name }) => name);

  it('goes on behind the last one, until all were given once', async () => {
    await api.store(Array.from({ length: 25 }, (_, number) => shortTrace(number)));
    const names: string[] = [];
    let next: string | undefined = '';
    const sizes: number[] = [];
    while (next !== undefined) {
      const page: Traces = await api.get<Traces>(`traces?limit=10&after=${next}`);
      names.push(...namesOf(page));
      sizes.push(page.traces.length);
      expect(page.cut).toBe(page.next !== undefined);
      next = page.next;
    }
    expect(sizes).toEqual([10, 10, 5]);
    expect(names).toEqual(Array.from({ length: 25 }, (_, index) => `trace ${24 - index}`));
  });

  it('goes on behind what one answer reads, in the order of time or another', async () => {
    // more traces than an answer tells apart
    await api.store(Array.from({ length: 2_500 }, (_, number) => shortTrace(number)));
    for (const order of ['latest', 'slowest'] as const) {
      const names = new Set<string>();
      let next: string | undefined = '';
      let answers = 0;
      for (; next !== undefined && answers < 10; answers += 1) {
        const page: Traces = await api.get<Traces>(`traces?limit=2000&order=${order}&after=${next}`);
        for (const name of namesOf(page)) names.add(name);
        next = page.next;
      }
      expect([order, names.size, answers < 10]).toEqual([order, 2_500, true]);
    }
  });

  it('counts all of a trace that began before the cursor and ended behind it', async () => {
    const [early, late] = [trace('a'), trace('b')];
    await api.store([
      span(0, 'early', early, '1'.repeat(16)),
      span(5, 'late', late, '3'.repeat(16)),
      span(9, 'inner', early, '2'.repeat(16), { parentSpanId: '1'.repeat(16) }),
    ]);
    const first = await api.get<Traces>('traces?limit=1');
    expect(namesOf(first)).toEqual(['late']);
    const second = await api.get<Traces>(`traces?limit=1&after=${first.next}`);
    expect(second.traces).toMatchObject([{ name: 'early', spans: 2, durationMillis: 11_000 }]);
    expect(second.next).toBeUndefined();
  });

  it.each([
    ['is open all the time', 3_100],
    ['had its root end before', 2],
  ])('counts what comes long after the cursor of a trace that %s', async (_, rootEnd) => {
    const early = trace('a');
    const endTimeUnixNano = nanosOf(rootEnd);
    await api.store([
      span(0, 'early', early, '1'.repeat(16), { endTimeUnixNano }),
      span(5, 'late', trace('b'), '3'.repeat(16)),
      ...Array.from({ length: 25_000 }, (_, number) => event(6 + number / 10, 'between')).slice(0, rootEnd * 10),
      span(3_000, 'inner', early, '2'.repeat(16), { parentSpanId: '1'.repeat(16) }),
    ]);
    const found = await api.get<Traces>(`traces?after=${nanosOf(4)}-`);
    expect(found.traces).toMatchObject([{ name: 'early', spans: 2 }]);
    expect(found.traces[0]).not.toHaveProperty('cut');
  });

  it('says of a trace that goes on for more than is read that there may be more of it', async () => {
    const long = trace('a');
    await api.store([
      span(0, 'long', long, '1'.repeat(16), { endTimeUnixNano: nanosOf(60_001) }),
      span(1, 'short', trace('b'), '3'.repeat(16)),
      ...Array.from({ length: 50_001 }, (_, number) => event(3 + number, 'between')),
      span(60_000, 'inner', long, '2'.repeat(16), { parentSpanId: '1'.repeat(16) }),
    ]);
    const { traces } = await api.get<Traces>(`traces?after=${nanosOf(2)}-`);
    expect(traces).toMatchObject([{ name: 'short' }, { name: 'long', spans: 1, cut: true }]);
    expect(traces[0]).not.toHaveProperty('cut');
  });

  it('has the slowest and largest first, and those with an error anywhere in them', async () => {
    await api.store([
      span(0, 'slow', trace('a'), '1'.repeat(16), { endTimeUnixNano: String(BigInt(at(60).getTime()) * 1_000_000n) }),
      span(1, 'large', trace('b'), '2'.repeat(16)),
      event(2, 'it failed', { eventType: EventType.ERROR, otel: { traceId: trace('b'), spanId: '2'.repeat(16) } }),
      span(3, 'quick', trace('c'), '3'.repeat(16)),
    ]);
    expect(namesOf(await api.get<Traces>('traces?order=slowest'))[0]).toBe('slow');
    expect(namesOf(await api.get<Traces>('traces?order=largest'))[0]).toBe('large');
    // the span that the filter asks for is none, its trace has one
    expect(namesOf(await api.get<Traces>('traces?errors=only&text=large'))).toEqual(['large']);
    expect(await api.get<Traces>('traces?order=slowest&limit=1')).toMatchObject({ found: 3, cut: true });
  });

  it.each(['after=soon', 'order=best', 'errors=yes'])('answers 400 to %s', async (search) => {
    expect((await api.fetch(`traces?${search}`)).status).toBe(400);
  });
});
