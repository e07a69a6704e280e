import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { EventType, TelemetryMetric } from 'rimp-telemetry';
import { closeViews } from '../helpers/live-view.js';
import { at, event, ViewApi } from '../helpers/view-api.js';

const api = new ViewApi();
beforeEach(() => api.start());
afterEach(closeViews);

describe('GET api/events', () => {
  it('has what was collected a moment ago, and not only what was flushed', async () => {
    api.collector.collectEvent('shop', 'just now');
    expect((await api.page('events')).messages).toEqual(['just now']);
  });

  it('goes through all that is asked for, page by page, in both orders', async () => {
    const all = Array.from({ length: 2_500 }, (_, i) => event(i, `m ${i}`, { metadata: { third: i % 3 === 0 } }));
    await api.store(all);
    for (const order of ['asc', 'desc']) {
      const found: string[] = [];
      let after = '';
      for (let pages = 0; pages < 100; pages += 1) {
        const query = `where=${encodeURIComponent('third = true')}&order=${order}&limit=100&after=${encodeURIComponent(after)}`;
        const page = await api.page(`events?${query}`);
        expect(page.messages.length).toBeLessThanOrEqual(100);
        found.push(...page.messages);
        after = page.cursor;
        if (page.isEnd) break;
      }
      const wanted = all.filter((_, i) => i % 3 === 0).map(({ message }) => message);
      expect(found).toEqual(order === 'asc' ? wanted : wanted.toReversed());
    }
  });

  it('refuses a regular expression that would hold the process', async () => {
    await api.store([event(1, 'a'.repeat(60)), event(2, 'b')]);
    for (const form of ['((([^,]+)+)+)+,$', '^(.|.){60}x', '^(a?){60}b$']) {
      const where = encodeURIComponent(`message ~ "${form}"`);
      const response = await api.fetch(`events?where=${where}`);
      expect(await response.text()).toContain('takes too long');
      expect(response.status).toBe(400);
    }
    const fine = encodeURIComponent('message ~ "^a+(b|a)*$"');
    expect((await api.page(`events?where=${fine}`)).messages).toEqual(['a'.repeat(60)]);
  });

  it.each(['>>>', 'message ~ "("', 'message ~ "^(a+)+$"'])(
    'names which of several conditions is wrong: %s',
    async (wrong) => {
      await api.store([event(1, `${'a'.repeat(60)}!`)]);
      const response = await api.fetch(`events?where=message&where=${encodeURIComponent(wrong)}&where=!user`);
      expect([response.status, await response.json()]).toEqual([400, { error: expect.any(String), where: wrong }]);
    },
  );

  it('takes 32 conditions, and says so of more', async () => {
    await api.store([event(1, 'a')]);
    const conditions = (count: number): string => Array(count).fill('where=message%20%3D%20a').join('&');
    expect((await api.page(`events?${conditions(32)}`)).messages).toEqual(['a']);
    const refused = await api.fetch(`events?${conditions(33)}`);
    expect([refused.status, await refused.text()]).toEqual([400, expect.stringContaining('at most 32 of \\"where\\"')]);
  });

  it('gives each item once, however its answers are cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.boolean(), { maxLength: 60 }),
        fc.integer({ min: 1, max: 20 }),
        async (wanted, limit) => {
          await api.storage.clear();
          await api.store(wanted.map((isWanted, i) => event(i, `${i}`, { metadata: { isWanted } })));
          const found: string[] = [];
          let after = '';
          for (let pages = 0; pages <= wanted.length + 1; pages += 1) {
            const query = `where=isWanted%20%3D%20true&limit=${limit}&after=${encodeURIComponent(after)}`;
            const page = await api.page(`events?${query}`);
            found.push(...page.messages);
            after = page.cursor;
            if (page.isEnd) break;
          }
          expect(found).toEqual(wanted.flatMap((isWanted, i) => (isWanted ? [`${i}`] : [])));
        },
      ),
      { numRuns: 25 },
    );
  });

  it.each([
    ['source=sh*', ['a', 'b']],
    ['service=till', ['b']],
    ['minSeverity=warn', ['b', 'c']],
    ['eventTypes=error,warning', ['b', 'c']],
    ['text=a', ['a']],
    ['traceId=0AF7651916CD43DD8448EB211C80319C', ['c']],
    ['startTime=2026-11-24T10:00:01Z&endTime=2026-11-24T10:00:01Z', ['b']],
    ['where=user.id%20%3E%201&where=user', ['b']],
    ['where=message%20~%20%5E%5Bbc%5D', ['b', 'c']],
    ['metadata=%7B%22user%22%3A%7B%22id%22%3A2%7D%7D', ['b']],
    ['pattern=a', ['a']],
  ])('takes the filter %s', async (search, wanted) => {
    await api.store([
      event(0, 'a', { metadata: { user: { id: 1 } } }),
      event(1, 'b', {
        eventType: EventType.WARNING,
        metadata: { user: { id: 2 } },
        otel: { resource: { 'service.name': 'till' } },
      }),
      event(2, 'c', {
        eventType: EventType.ERROR,
        source: 'till',
        otel: { traceId: '0af7651916cd43dd8448eb211c80319c' },
      }),
    ]);
    expect((await api.page(`events?${search}`)).messages).toEqual(wanted);
  });

  it.each([
    ['events?limits=1', 'did you mean \\"limit\\"'],
    ['events?limit=x', 'limit'],
    ['events?order=up', 'asc or desc'],
    ['events?startTime=soon', 'startTime'],
    ['events?minSeverity=x', 'minSeverity'],
    ['events?eventTypes=bad', 'eventTypes'],
    ['events?metadata=[1]', 'metadata'],
    ['events?after=x', 'after'],
    ['events?where=%3E1', 'where'],
    ['events?where=a~(', 'regular expression'],
    ['live?kinds=spans', 'kinds'],
    ['export?format=xml', 'format'],
    ['chart', 'name'],
  ])('answers %s with 400 and what is wrong', async (path, words) => {
    const response = await api.fetch(`${path}`);
    expect([response.status, await response.text()]).toEqual([400, expect.stringContaining(words)]);
  });

  it('writes values that are no finite numbers as texts, which JSON.parse takes', async () => {
    await api.store([], [new TelemetryMetric({ name: 'x', value: Number.NEGATIVE_INFINITY, timestamp: at(0) })]);
    const response = await api.fetch('metrics');
    expect(JSON.parse(await response.text())).toMatchObject({ data: { value: '-Infinity' } });
  });
});
