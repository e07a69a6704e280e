import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EventType } from 'rimp-telemetry';
import type { Overview, Stats } from '../../src/view/api-types.js';
import { closeViews } from '../helpers/live-view.js';
import { until } from '../helpers/until.js';
import { event, ViewApi } from '../helpers/view-api.js';

const api = new ViewApi();
beforeEach(() => api.start());
afterEach(closeViews);

describe('GET api/overview and api/stats', () => {
  it('count what came, by type, source and service, and what became of it', async () => {
    const { collector } = api;
    for (let i = 0; i < 5; i += 1) collector.collectEvent('shop', `m ${i}`, i === 0 ? 'error' : 'info');
    collector.collectMetric('load', 3);
    const overview = await api.get<Overview>('overview');
    expect(overview).toMatchObject({ events: 5, metrics: 1, spans: 0, errors: 1 });
    // not ten seconds have passed
    const seconds = Math.max(1, (Date.parse(overview.time) - Date.parse(overview.startedAt)) / 1_000);
    expect(overview.eventsPerSecond).toBeCloseTo(5 / seconds);
    expect(overview.errorsBySource).toEqual([{ source: 'shop', count: 1, last: expect.any(String) }]);
    expect(overview.buckets.at(-1)?.events).toEqual({ debug: 0, error: 1, info: 4, warning: 0 });
    expect(overview.ledgers[0]).toMatchObject({ name: 'collector', accepted: 6, dropped: [] });
    expect(await api.get<Stats>('stats')).toMatchObject({
      events: 5,
      metrics: 1,
      types: [
        { name: 'info', count: 4 },
        { name: 'error', count: 1 },
      ],
      sources: [{ name: 'shop', count: 5 }],
      metricNames: [{ name: 'load', form: 'samples', last: 3, accuracy: 'exact' }],
      cut: false,
    });
  });

  it('say in words why something was lost', async () => {
    const { collector } = api;
    const sink = collector.addSink('broken', {
      store: () => Promise.reject(Object.assign(new Error('no'), { permanent: true })),
    });
    collector.collectEvent('shop', 'lost');
    await sink.remove();
    const { ledgers } = await api.get<Overview>('overview');
    const broken = ledgers.find(({ name }) => name === 'broken');
    expect(broken?.dropped).toEqual([
      { reason: 'refused', count: 1, words: expect.stringMatching(/^It can never take these items/) },
    ]);
  });
});

describe('GET api/export', () => {
  it('downloads all that is asked for, with formulas defused in CSV', async () => {
    await api.store([
      event(0, '=cmd|calc', { metadata: { a: 1 } }),
      event(1, '-5'),
      event(2, '+1 for "this", please', { source: '@shop' }),
      event(3, 'other', { eventType: EventType.ERROR }),
    ]);
    const csv = await api.fetch('export?format=csv&eventTypes=info');
    expect(csv.headers.get('content-disposition')).toMatch(/^attachment; filename="rimp-.*\.csv"$/);
    const lines = (await csv.text()).split('\r\n');
    expect(lines[1]).toContain(",shop,,'=cmd|calc,,,");
    expect(lines[1]).toContain(',"{""a"":1}"');
    expect(lines[2]).toContain(',shop,,-5,');
    expect(lines[3]).toContain(`,'@shop,,"'+1 for ""this"", please",`);
    expect(lines).toHaveLength(5);
    const jsonl = await api.fetch('export?kinds=event');
    expect((await jsonl.text()).trimEnd().split('\n')).toHaveLength(4);
  });

  it('streams more than fits in one answer, and stops when the client goes away', async () => {
    await api.store(Array.from({ length: 20_000 }, (_, i) => event(i, `m ${i} ${'x'.repeat(200)}`)));
    const whole = await api.fetch('export?format=jsonl');
    expect((await whole.text()).trimEnd().split('\n')).toHaveLength(20_000);
    for (let i = 0; i < 6; i += 1) {
      const gone = new AbortController();
      const response = await api.fetch('export', { signal: gone.signal });
      expect(response.status).toBe(200);
      gone.abort();
    }
    // none of those that went away holds a place
    let last: Response | undefined;
    await until(async () => {
      last = await api.fetch('export?format=csv');
      return last.status === 200;
    });
    expect((await last?.text())?.split('\r\n')).toHaveLength(20_002);
  });
});
