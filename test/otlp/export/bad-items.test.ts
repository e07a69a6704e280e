import { afterEach, describe, expect, it } from '@jest/globals';
import type { StartedTelemetry } from 'rimp-telemetry';
import { collect, counters, endAll, messages, names, newDirectory, start } from '../../helpers/durable-export.js';
import { expectBalance } from '../../helpers/ledger.js';
import { answering } from '../../helpers/otlp-sink.js';

afterEach(endAll);

const PROTOCOLS = ['http/json', 'http/protobuf'] as const;
type Protocol = (typeof PROTOCOLS)[number];

/** Telemetry that waits for the endpoint on disk, or in memory. */
const ways: readonly (readonly [string, Protocol, (url: string) => StartedTelemetry])[] = PROTOCOLS.flatMap(
  (protocol) => [
    [`a queue on disk, ${protocol}`, protocol, (url) => start(url, newDirectory(), { protocol })] as const,
    [`memory, ${protocol}`, protocol, (url) => start(url, undefined, { protocol })] as const,
  ],
);

describe.each(ways)('items that an endpoint refuses with 400, from %s', (_name, protocol, begin) => {
  it.each([0, 137, 499])('are lost alone: the others arrive, each once; the one at %i', async (bad) => {
    const sink = await answering(({ body }) => ({ status: body.includes('poison') ? 400 : 200 }));
    const telemetry = begin(sink.url);
    collect(telemetry, 0, bad);
    telemetry.collector.collectEvent('shop', 'poison');
    collect(telemetry, bad, 500);
    await telemetry.forceFlush();
    expect(counters(telemetry)).toEqual({ accepted: 501, delivered: 500, queued: 0, dropped: { refused: 1 } });
    expectBalance(telemetry.collector);
    if (protocol === 'http/json') expect(messages(sink.requests).toSorted()).toEqual(names(0, 500).toSorted());
    await telemetry.shutdown();
  });

  it('cost a bounded number of requests if they are many', async () => {
    let refused = 0;
    const sink = await answering(({ body }) => {
      if (!body.includes('poison')) return { status: 200 };
      refused += 1;
      return { status: 400 };
    });
    const telemetry = begin(sink.url);
    for (let i = 0; i < 400; i += 1) telemetry.collector.collectEvent('shop', i % 2 === 0 ? 'poison' : `event ${i}`);
    await telemetry.forceFlush();
    expect(refused).toBeLessThan(100);
    const { accepted, delivered, queued, dropped } = counters(telemetry) ?? {};
    expect({ accepted, queued, lost: dropped?.refused }).toEqual({
      accepted: 400,
      queued: 0,
      lost: 400 - (delivered ?? 0),
    });
    expect(delivered).toBeGreaterThan(0);
    await telemetry.shutdown();
  });

  it('are not looked for at an endpoint that refuses everything', async () => {
    let requests = 0;
    const sink = await answering(() => {
      requests += 1;
      return { status: 400 };
    });
    const telemetry = begin(sink.url);
    for (let i = 0; i < 20; i += 1) {
      collect(telemetry, i * 100, (i + 1) * 100);
      await telemetry.forceFlush();
    }
    expect(counters(telemetry)).toEqual({ accepted: 2_000, delivered: 0, queued: 0, dropped: { refused: 2_000 } });
    // one for each of the batches, and some at first
    expect(requests).toBeLessThan(80);
    await telemetry.shutdown();
  });

  it('may be points of a metric', async () => {
    const sink = await answering(({ body }) => ({ status: body.includes('poison') ? 400 : 200 }));
    const telemetry = begin(sink.url);
    for (let i = 0; i < 50; i += 1)
      telemetry.collector.collectMetric('level', i, 'percent', { tank: i === 21 ? 'poison' : `tank ${i}` });
    await telemetry.forceFlush();
    expect(telemetry.collector.health().sinks['otlp-metrics']).toEqual({
      accepted: 50,
      delivered: 49,
      queued: 0,
      dropped: { refused: 1 },
    });
    await telemetry.shutdown();
  });
});

describe('items that an endpoint refuses with 400, from memory', () => {
  it('are lost alone also if they begin the requests that are under way together', async () => {
    const sink = await answering(({ body }) => ({ status: body.includes('poison') ? 400 : 200 }));
    const telemetry = start(sink.url, undefined);
    // requests are sent together once the endpoint has taken something
    collect(telemetry, 0, 1);
    await telemetry.forceFlush();
    for (let i = 0; i < 32 * 512; i += 1)
      telemetry.collector.collectEvent('shop', i % 512 === 0 ? 'poison' : `event ${i}`);
    await telemetry.forceFlush();
    expect(counters(telemetry)).toEqual({
      accepted: 16_385,
      delivered: 16_353,
      queued: 0,
      dropped: { refused: 32 },
    });
    await telemetry.shutdown();
  });

  it('are not looked for any longer than an export may take', async () => {
    let unanswered = 0;
    const sink = await answering(({ body }) => {
      if (body.includes('poison')) return { status: 400 };
      unanswered += 1;
      return undefined;
    });
    const telemetry = start(sink.url, undefined, { timeoutMillis: 300 });
    telemetry.collector.collectEvent('shop', 'poison');
    collect(telemetry, 1, 512);
    await telemetry.forceFlush();
    expect(counters(telemetry)).toEqual({
      accepted: 512,
      delivered: 0,
      queued: 0,
      dropped: { refused: 1, export_failed: 511 },
    });
    // not the other eight of the halves that waited
    expect(unanswered).toBeLessThanOrEqual(2);
    await telemetry.shutdown();
  });
});
