import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FileStorage, MemoryStorage, TelemetryData, TelemetryEvent } from 'rimp-telemetry';
import { lowest } from '../helpers/generations.js';
import { otelcolProgram, startOtelcol } from '../helpers/otelcol.js';
import { post } from '../helpers/otlp.js';
import { answering, otlpSink } from '../helpers/otlp-sink.js';
import { beginShipment, collector, directory, endShipment, receiver, shipped } from '../helpers/shipment.js';

beforeEach(beginShipment);
afterEach(endShipment);

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const START = 1_767_225_600_000;
const spanId = (i: number): string => (i + 1).toString(16).padStart(16, '0');

/** A span, of which the first one is the parent of the others. */
function spanOf(i: number): TelemetryEvent {
  return new TelemetryEvent({
    eventId: `s${i}`,
    timestamp: new Date(START + i),
    eventType: i % 2 === 0 ? 'info' : 'error',
    source: `scope-${i % 3}`,
    message: `span ${i}`,
    metadata: { i, list: ['a', 'b'] },
    otel: {
      traceId: TRACE,
      spanId: spanId(i),
      traceFlags: lowest ? 0 : 1,
      resource: { 'service.name': `service-${i % 2}` },
      span: {
        kind: i === 0 ? 'server' : 'internal',
        ...(i > 0 && { parentSpanId: spanId(0) }),
        endTimeUnixNano: String(BigInt(START + 2 * i) * 1_000_000n),
        ...(i % 2 === 1 && { status: { code: 'error', message: 'no' } }),
        events: [{ name: 'e', timeUnixNano: String(BigInt(START + i) * 1_000_000n), attributes: { i } }],
        links: [{ traceId: 'f'.repeat(32), spanId: spanId(i), traceState: 'a=b' }],
      },
    },
  });
}

const spans = (count: number): TelemetryEvent[] => Array.from({ length: count }, (_, i) => spanOf(i));
const log = new TelemetryEvent({ eventId: 'log', source: 's', message: 'a log record' });
const byId = (a: TelemetryEvent, b: TelemetryEvent): number => (a.eventId < b.eventId ? -1 : 1);

async function stored(events: readonly TelemetryEvent[]): Promise<MemoryStorage> {
  const storage = new MemoryStorage();
  await storage.store(new TelemetryData({ events }));
  return storage;
}

describe('spans that are shipped', () => {
  it.each(['http/protobuf', 'http/json'] as const)(
    'go to /v1/traces over %s, and are no log records as well',
    async (protocol) => {
      const sink = await otlpSink();
      const storage = await stored([...spans(10), log]);
      const summary = await shipped({ storage, to: sink.url, protocol });
      expect(summary).toMatchObject({
        events: 11,
        settled: 11,
        logs: { accepted: 1, delivered: 1 },
        spans: { accepted: 10, delivered: 10, queued: 0, dropped: {} },
        complete: true,
      });
      const bodies = (path: string): string =>
        sink.requests
          .filter((request) => request.path === path)
          .map(({ body }) => body.toString('latin1'))
          .join('');
      expect(sink.requests.map(({ path }) => path).sort()).toEqual(['/v1/logs', '/v1/traces']);
      expect(bodies('/v1/logs')).toContain('a log record');
      expect(bodies('/v1/logs')).not.toContain('span 1');
      expect(bodies('/v1/traces')).toContain('span 1');
    },
  );

  it('arrive as they were, from a file', async () => {
    const file = new FileStorage(join(directory, 'a.jsonl'));
    await file.store(new TelemetryData({ events: [...spans(50), log] }));
    await file.close();
    expect((await shipped({ files: [join(directory, 'a.jsonl')] })).complete).toBe(true);
    expect(receiver.figures.traces.delivered).toBe(50);
    const { events } = await collector.storage.retrieve({ traceId: TRACE });
    expect([...events].sort(byId)).toEqual(spans(50).sort(byId));
  });

  it('have an attribute for their id only if it can not be made of the span', async () => {
    const sink = await otlpSink();
    const span = { traceId: TRACE, spanId: spanId(0), name: 'x', startTimeUnixNano: '1', endTimeUnixNano: '2' };
    const request = {
      resourceSpans: [{ scopeSpans: [{ spans: [{ ...span, startTimeUnixNano: `${START}000000` }] }] }],
    };
    expect((await post(`${receiver.url}/v1/traces`, request)).status).toBe(200);
    const { events } = await collector.storage.retrieve();
    for (const storage of [await stored(events), await stored(spans(1))])
      await shipped({ storage, to: sink.url, protocol: 'http/json' });
    const hasId = sink.requests.map(({ body }) => body.includes('log.record.uid'));
    expect(hasId).toEqual([false, true]);
    await collector.storage.clear();
    await shipped({ storage: await stored(events) });
    expect((await collector.storage.retrieve()).events).toEqual(events);
  });

  it.each(['http/protobuf', 'http/json'] as const)('are split over %s until a request fits', async (protocol) => {
    const taken: string[] = [];
    const sink = await answering(({ body }) => {
      if (body.length > 2_000) return { status: 413 };
      taken.push(body.toString('latin1'));
      return { status: 200 };
    });
    const { complete, spans: counters } = await shipped({ storage: await stored(spans(40)), to: sink.url, protocol });
    expect([complete, counters]).toEqual([true, { accepted: 40, delivered: 40, queued: 0, dropped: {} }]);
    const names = taken.join('').match(/span \d+/g) ?? [];
    expect([names.length, new Set(names).size]).toEqual([40, 40]);
    expect(taken.length).toBeGreaterThan(4);
  });

  it('that the endpoint rejects are counted', async () => {
    const sink = await answering(({ path }) =>
      path === '/v1/traces'
        ? { status: 200, body: '{"partialSuccess":{"rejectedSpans":"2","errorMessage":"too old"}}' }
        : { status: 200 },
    );
    const { spans: counters } = await shipped({
      storage: await stored(spans(5)),
      to: sink.url,
      protocol: 'http/json',
    });
    expect(counters).toEqual({ accepted: 5, delivered: 3, queued: 0, dropped: { rejected: 2 } });
  });

  (otelcolProgram() === undefined ? it.skip : it)('are the same behind the Collector', async () => {
    const otelcol = await startOtelcol(receiver.url, { synchronous: true });
    try {
      const { complete } = await shipped({ storage: await stored([...spans(50), log]), to: otelcol.url });
      expect(complete).toBe(true);
      const { events } = await collector.storage.retrieve({ traceId: TRACE });
      expect([...events].sort(byId)).toEqual(spans(50).sort(byId));
    } finally {
      await otelcol.stop();
    }
  });
});
