import { afterEach, describe, expect, it } from '@jest/globals';
import { collect, counters, endAll, messages, names, newDirectory, start } from '../../helpers/durable-export.js';
import { expectBalance } from '../../helpers/ledger.js';
import { type Answer, answering } from '../../helpers/otlp-sink.js';
import { until } from '../../helpers/until.js';

afterEach(endAll);

describe('what a server answers to a queue on disk', () => {
  it('has counters that balance while a request is sent in parts', async () => {
    let requests = 0;
    const sink = await answering(({ body }) => {
      requests += 1;
      if (body.length > 20_000) return { status: 413 };
      return { status: requests > 2 ? 503 : 200 };
    });
    const directory = newDirectory();
    const telemetry = start(sink.url, directory);
    collect(telemetry, 0, 100);
    await until(() => requests > 2);
    expectBalance(telemetry.collector);
    expect(counters(telemetry)).toMatchObject({ accepted: 100, delivered: 50, queued: 50 });
    await telemetry.shutdown({ timeoutMillis: 100 });
    expectBalance(telemetry.collector);
  });

  it('splits a metric that has too many points', async () => {
    for (const protocol of ['http/json', 'http/protobuf'] as const) {
      const sink = await answering(({ body }) => ({ status: body.length > 3_000 ? 413 : 200 }));
      const telemetry = start(sink.url, newDirectory(), { protocol });
      for (let i = 0; i < 200; i += 1)
        telemetry.collector.collectMetric('tank.level', i, 'percent', { tank: `tank ${i}` });
      await telemetry.forceFlush();
      expect(telemetry.collector.health().sinks['otlp-metrics']).toEqual({
        accepted: 200,
        delivered: 200,
        queued: 0,
        dropped: {},
      });
      const text = sink.requests.map(({ body }) => body.toString('latin1')).join('');
      for (let i = 0; i < 200; i += 1) expect(text).toContain(`tank ${i}`);
    }
  });

  it('comes back when Retry-After says so, not before', async () => {
    const answers: Answer[] = [
      { status: 429, headers: { 'retry-after': '1' }, body: 'slow down' },
      { status: 503, headers: { 'retry-after': new Date(Date.now() + 1_000).toUTCString() } },
    ];
    const times: number[] = [];
    const sink = await answering(() => {
      times.push(Date.now());
      return answers.shift() ?? { status: 200 };
    });
    const telemetry = start(sink.url, newDirectory());
    collect(telemetry, 0, 10);
    await until(() => counters(telemetry)?.delivered === 10);
    expect(times.length).toBe(3);
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(1_000);
    expect(messages(sink.requests)).toEqual(names(0, 10));
  });

  it('sends again what was not answered in time', async () => {
    let requests = 0;
    const sink = await answering(() => {
      requests += 1;
      return requests === 1 ? undefined : { status: 200 };
    });
    const telemetry = start(sink.url, newDirectory(), { timeoutMillis: 100 });
    collect(telemetry, 0, 10);
    await until(() => counters(telemetry)?.delivered === 10);
    expect(messages(sink.requests)).toEqual(names(0, 10));
    expect(telemetry.collector.health().lastError?.message).toContain('did not answer within 100 ms');
  });

  it('splits what is too large until it fits, and counts a record that never does', async () => {
    for (const protocol of ['http/json', 'http/protobuf'] as const) {
      const sink = await answering(({ body }) => ({ status: body.length > 4_000 ? 413 : 200 }));
      const telemetry = start(sink.url, newDirectory(), { protocol });
      collect(telemetry, 0, 300);
      telemetry.collector.collectEvent('shop', 'huge'.repeat(2_000));
      collect(telemetry, 300, 600);
      await telemetry.forceFlush();
      expect(counters(telemetry)).toEqual({ accepted: 601, delivered: 600, queued: 0, dropped: { too_large: 1 } });
      if (protocol === 'http/json') expect(messages(sink.requests)).toEqual(names(0, 600));
      else expect(sink.requests.map(({ body }) => body.toString('latin1')).join('')).toContain('event 599');
    }
  });

  it('counts what is refused, with the words of the server, and only that', async () => {
    const sink = await answering(({ body }) =>
      body.includes('event 1500') ? { status: 400, body: '{"code":3,"message":"no such tenant"}' } : { status: 200 },
    );
    const telemetry = start(sink.url, newDirectory());
    collect(telemetry, 0, 2_000);
    await telemetry.forceFlush();
    const { delivered = 0, dropped = {}, queued } = counters(telemetry) ?? {};
    expect(queued).toBe(0);
    expect(dropped.refused).toBe(1);
    expect(delivered + (dropped.refused ?? 0)).toBe(2_000);
    expect(telemetry.collector.health().lastError?.message).toContain('no such tenant');
  });

  it('counts what a partial success leaves out', async () => {
    const sink = await answering(() => ({
      status: 200,
      body: '{"partialSuccess":{"rejectedLogRecords":"3","errorMessage":"too old"}}',
    }));
    const telemetry = start(sink.url, newDirectory());
    collect(telemetry, 0, 10);
    await telemetry.forceFlush();
    expect(counters(telemetry)).toEqual({ accepted: 10, delivered: 7, queued: 0, dropped: { rejected: 3 } });
    expect(telemetry.collector.health().lastError?.message).toContain('too old');
  });
});
