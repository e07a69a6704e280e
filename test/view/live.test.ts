import { afterEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { TelemetryCollector } from 'rimp-telemetry';
import { ManualClock } from '../helpers/clock.js';
import { closeViews, serveView } from '../helpers/live-view.js';
import { until } from '../helpers/until.js';

afterEach(closeViews);

describe('the event stream of a live view', () => {
  it('says who it is, then sends what is collected', async () => {
    const { collector, reader } = await serveView({ endpoint: 'http://127.0.0.1:4318' });
    const one = await reader().open();
    await until(() => one.hellos.length === 1);
    expect(one.hellos[0]).toMatchObject({ hasHistory: true, endpoint: 'http://127.0.0.1:4318' });
    collector.collectEvent('shop', 'hello', 'error', { user: { id: 1 } });
    collector.collectMetric('load', Number.NaN, '1', { cpu: 0 });
    await until(() => one.items.length === 2);
    expect(one.items[0]).toMatchObject({
      type: 'event',
      data: { event_type: 'error', source: 'shop', message: 'hello', metadata: { user: { id: 1 } } },
    });
    expect(one.items[1]).toMatchObject({ type: 'metric', data: { name: 'load', value: 'NaN', unit: '1' } });
  });

  it('sends to each reader what it asks for', async () => {
    const { collector, reader } = await serveView();
    const errors = await reader('?eventTypes=error').open();
    const slow = await reader(`?where=${encodeURIComponent('duration_ms > 100')}`).open();
    const shop = await reader('?source=sh*p&kinds=event').open();
    const metrics = await reader('?kinds=metric').open();
    const none = await reader('?kinds=none').open();
    collector.collectEvent('shop', 'a', 'error', { duration_ms: 5 });
    collector.collectEvent('till', 'b', 'info', { duration_ms: 500 });
    collector.collectMetric('load', 1);
    collector.collectEvent('shop', 'end', 'error', { duration_ms: 101 });
    await until(
      () => errors.messages.includes('end') && slow.messages.includes('end') && shop.messages.includes('end'),
    );
    await until(() => metrics.items.length === 1 && none.overviews >= 2);
    expect(errors.messages).toEqual(['a', 'end']);
    expect(slow.messages).toEqual(['b', 'end']);
    expect(shop.messages).toEqual(['a', 'end']);
    expect(metrics.messages).toEqual(['load']);
    expect(none.items).toEqual([]);
  });

  it('begins with the last items, of those that are asked for', async () => {
    const { collector, reader } = await serveView();
    for (let i = 0; i < 10; i += 1) collector.collectEvent('shop', `m ${i}`, i % 2 === 0 ? 'info' : 'error');
    const all = await reader('?recent=3').open();
    const errors = await reader('?recent=2&eventTypes=error').open();
    const more = await reader('?recent=1000').open();
    await until(() => all.items.length === 3 && errors.items.length === 2 && more.items.length === 10);
    expect(all.messages).toEqual(['m 7', 'm 8', 'm 9']);
    expect(errors.messages).toEqual(['m 7', 'm 9']);
    expect([all, errors, more].map(({ hellos }) => hellos.map(({ recent }) => recent))).toEqual([[3], [2], [10]]);
  });

  it('goes on after the last event that a reader had', async () => {
    const { collector, reader } = await serveView();
    const one = await reader().open();
    collector.collectEvent('shop', 'before');
    await until(() => one.items.length === 1);
    await one.close();
    for (let i = 0; i < 1_200; i += 1) collector.collectEvent('shop', `away ${i}`);
    await one.open();
    await until(() => one.items.length === 1_201);
    expect(one.messages.slice(0, 3)).toEqual(['before', 'away 0', 'away 1']);
    expect(one.gaps).toEqual([]);
  });

  it('tells of a gap if a reader was away for longer than items are held', async () => {
    const { collector, reader } = await serveView({ maxRecentItems: 100 });
    const one = await reader().open();
    collector.collectEvent('shop', 'before');
    await until(() => one.items.length === 1);
    await one.close();
    for (let i = 0; i < 600; i += 1) collector.collectEvent('shop', `away ${i}`);
    await one.open();
    await until(() => one.items.length === 101);
    expect(one.gaps).toEqual([
      { count: 500, reason: 'away', startTime: expect.any(String), endTime: expect.any(String) },
    ]);
    expect(one.messages[1]).toBe('away 500');
  });

  it('sends all it has to a reader of another life of the server, and says so', async () => {
    const first = await serveView();
    const one = await first.reader().open();
    first.collector.collectEvent('shop', 'before');
    await until(() => one.items.length === 1);
    const second = await serveView();
    second.collector.collectEvent('shop', 'after');
    const again = second.reader();
    again.lastId = one.lastId;
    await again.open();
    await until(() => again.items.length === 1);
    expect(again.messages).toEqual(['after']);
    expect(again.gaps).toEqual([{ count: 0, reason: 'restart' }]);
  });

  it('sends a slow reader a gap with a count, and holds nothing for it', async () => {
    const { collector, reader } = await serveView({ maxRecentItems: 200 });
    const one = await reader('?kinds=event').open();
    await until(() => one.hellos.length === 1);
    one.pause();
    const total = 12_000;
    const text = 'x'.repeat(2_000);
    for (let i = 0; i < total; i += 1) {
      collector.collectEvent('shop', `m ${i} ${text}`);
      if (i % 100 === 99) await new Promise((resolve) => setTimeout(resolve, 1));
    }
    one.resume();
    const missed = (): number => one.gaps.reduce((sum, { count }) => sum + count, 0);
    await until(() => one.items.length + missed() === total);
    expect(missed()).toBeGreaterThan(0);
    expect(one.gaps.every(({ reason }) => reason === 'slow')).toBe(true);
    expect(new Set(one.messages).size).toBe(one.items.length);
  });

  it('sends everybody what has come when another reader does', async () => {
    const clock = new ManualClock();
    const { collector, reader } = await serveView({}, new TelemetryCollector({}, { clock }));
    const one = await reader().open();
    await until(() => one.hellos.length === 1);
    collector.collectEvent('shop', 'sold');
    const other = await reader('?recent=1').open();
    await until(() => other.items.length === 1 && one.items.length === 1);
    expect(one.messages).toEqual(['sold']);
  });

  it('says why it ends the stream of a reader whose filter takes too long', async () => {
    const { collector, reader } = await serveView();
    const where = 'message ~ "^(a+)+$"';
    const one = await reader(`?where=message&where=${encodeURIComponent(where)}`).open();
    await until(() => one.hellos.length === 1);
    collector.collectEvent('shop', 'aaa');
    collector.collectEvent('shop', `${'a'.repeat(60)}!`);
    await until(() => one.isEnded);
    expect(one.messages).toEqual(['aaa']);
    expect(one.refusals).toEqual([{ error: expect.stringContaining('takes too long'), where }]);
  });

  it('gives each item once to a reader that breaks off at any time', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ burst: fc.integer({ min: 0, max: 300 }), breaks: fc.boolean() }), { maxLength: 8 }),
        async (steps) => {
          const { collector, reader } = await serveView();
          const one = await reader().open();
          // what comes before the first event is no resumption
          await until(() => one.lastId !== undefined);
          let sent = 0;
          for (const { burst, breaks } of steps) {
            for (let i = 0; i < burst; i += 1) collector.collectEvent('shop', String(sent++));
            await new Promise((resolve) => setImmediate(resolve));
            if (!breaks) continue;
            await one.close();
            await one.open();
          }
          await until(() => one.items.length >= sent);
          expect(one.messages).toEqual(Array.from({ length: sent }, (_, i) => String(i)));
          expect(one.gaps).toEqual([]);
          await closeViews();
        },
      ),
      { numRuns: 15 },
    );
  });

  it('ends with the view, and with the collector', async () => {
    const { collector, view, reader, url } = await serveView();
    const one = await reader().open();
    view.close();
    await until(() => one.isEnded);
    expect((await fetch(`${url}/api/overview`)).status).toBe(503);
    await collector.shutdown();
    const second = await serveView();
    const two = await second.reader().open();
    await second.collector.shutdown();
    await until(() => two.isEnded);
  });

  it('keeps two collectors apart', async () => {
    const [first, second] = [await serveView(), await serveView()];
    const [one, two] = [await first.reader().open(), await second.reader().open()];
    first.collector.collectEvent('shop', 'of the first');
    second.collector.collectEvent('shop', 'of the second');
    await until(() => one.items.length === 1 && two.items.length === 1);
    expect([one.messages, two.messages]).toEqual([['of the first'], ['of the second']]);
  });
});
