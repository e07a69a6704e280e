import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { TelemetryEvent } from 'rimp-telemetry';
import { TraceSummaries } from '../../src/analysis/trace-summaries.js';
import { nodesWithin, traceTree } from '../../src/analysis/trace-tree.js';

const TRACE = 'a'.repeat(32);

/** A span, or without an end another event, of the trace. */
function event(
  spanId: string | undefined,
  { parent, start = 0, end }: { readonly parent?: string; readonly start?: number; readonly end?: number } = {},
): TelemetryEvent {
  return new TelemetryEvent({
    timestamp: new Date(start),
    source: 's',
    message: `${spanId} at ${start}`,
    otel: {
      traceId: TRACE,
      ...(spanId !== undefined && { spanId }),
      ...(end !== undefined && {
        span: {
          kind: 'internal',
          endTimeUnixNano: String(end * 1_000_000),
          ...(parent !== undefined && { parentSpanId: parent }),
        },
      }),
    },
  });
}

const drawn = (events: readonly TelemetryEvent[]): string[] =>
  [...nodesWithin(traceTree(events).roots)].map(({ node, depth }) => `${'.'.repeat(depth)}${node.event.message}`);

describe('the tree of a trace', () => {
  it('has spans under their parents and events in their spans, by time, in whatever order they came', () => {
    const events = [
      event('b', { parent: 'a', start: 20, end: 30 }),
      event('a', { start: 10, end: 50 }),
      event('b', { start: 25 }),
      event('c', { parent: 'a', start: 12, end: 15 }),
      event(undefined, { start: 5 }),
    ];
    const expected = ['undefined at 5', 'a at 10', '.c at 12', '.b at 20', '..b at 25'];
    expect(drawn(events)).toEqual(expected);
    expect(drawn(events.toReversed())).toEqual(expected);
    expect(traceTree(events)).toMatchObject({ spans: 3, others: 2, startNanos: 5_000_000n, endNanos: 50_000_000n });
  });

  it('has what lacks its parent as a root that says so', () => {
    const { roots } = traceTree([event('b', { parent: 'away', end: 1 }), event('a', { end: 1 })]);
    expect(roots.map(({ isOrphan }) => isOrphan)).toEqual([true, false]);
  });

  it('holds every event once, whatever spans name as their parents', () => {
    const id = fc.constantFrom('a', 'b', 'c', 'd');
    const one = fc
      .record({
        spanId: fc.option(id, { nil: undefined }),
        parent: fc.option(id, { nil: undefined }),
        isSpan: fc.boolean(),
      })
      .map(({ spanId, parent, isSpan }) =>
        event(spanId, { ...(parent !== undefined && { parent }), ...(isSpan && { end: 1 }) }),
      );
    fc.assert(
      fc.property(fc.array(one, { maxLength: 12 }), (events) => {
        const found = [...nodesWithin(traceTree(events).roots)].map(({ node }) => node.event);
        expect(found).toHaveLength(events.length);
        expect(new Set(found)).toEqual(new Set(events));
      }),
    );
  });

  it('may be as deep as it is long', () => {
    const events = Array.from({ length: 5_000 }, (_, i) => event(String(i), { parent: String(i - 1), end: 1 }));
    expect([...nodesWithin(traceTree(events).roots)].at(-1)?.depth).toBe(4_999);
  });
});

describe('the summary of a trace', () => {
  it('has the name of its root span, the span of its times, and counts', () => {
    const summaries = new TraceSummaries();
    for (const one of [
      event('b', { parent: 'a', start: 20, end: 90 }),
      event('b', { start: 5 }),
      event('a', { start: 10, end: 50 }),
    ])
      summaries.add(one);
    expect(summaries.list()).toEqual([
      expect.objectContaining({
        traceId: TRACE,
        spans: 2,
        others: 1,
        errors: 0,
        startNanos: 5_000_000n,
        endNanos: 90_000_000n,
      }),
    ]);
    expect(summaries.list()[0]?.name).toBe('a at 10');
  });

  it('is kept of as many traces as there is room for, and the events of others are counted', () => {
    const summaries = new TraceSummaries(1);
    summaries.add(event('a', { end: 1 }));
    summaries.add(new TelemetryEvent({ source: 's', message: 'm', otel: { traceId: 'b'.repeat(32) } }));
    summaries.add(new TelemetryEvent({ source: 's', message: 'of none' }));
    expect([summaries.list().length, summaries.others]).toEqual([1, 1]);
  });
});
