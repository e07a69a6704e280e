import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { EventLine, Gap } from '../../../src/view/api-types.js';
import { EventList, isError } from '../../../src/view/page/events/event-list.js';
import { PendingItems } from '../../../src/view/page/events/pending-items.js';

const ids = (list: EventList): (string | number)[] =>
  Array.from({ length: list.length }, (_, index) => {
    const row = list.at(index);
    return row?.kind === 'event' ? row.event.data.event_id : (row?.gap.count ?? -1);
  });

describe('the list of events', () => {
  it('holds each event once, in order, and no more than its limit, whatever comes in which order', () => {
    const operation = fc.tuple(
      fc.constantFrom('append' as const, 'prepend' as const),
      fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 12 }),
    );
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 30 }), (operations) => {
        const list = new EventList({ rows: 20, size: 1e9 });
        let model: string[] = [];
        let dropped = 0;
        let shift = 0;
        for (const [how, numbers] of operations) {
          const fresh = [...new Set(numbers.map((number) => `e${number}`))].filter((id) => !model.includes(id));
          const events = numbers.map((number) => event(`e${number}`));
          if (how === 'append') {
            list.append(events);
            model = [...model, ...fresh];
            const gone = Math.max(0, model.length - 20);
            model = model.slice(gone);
            dropped += gone;
            shift -= gone;
          } else {
            const room = 20 - model.length;
            const all = numbers.map((number) => `e${number}`).filter((id) => !model.includes(id));
            const taken = [...new Set(all.slice(Math.max(0, all.length - room)))];
            list.prepend(events);
            model = [...taken, ...model];
            shift += taken.length;
          }
          expect(ids(list)).toEqual(model);
        }
        expect(list.dropped).toBe(dropped);
        expect(list.takeShift()).toBe(shift);
        expect(list.takeShift()).toBe(0);
        for (const [index, id] of model.entries()) expect(list.indexOf(id)).toBe(index);
      }),
    );
  });

  it('drops the oldest rows if the events are too large for it, and keeps the newest one at least', () => {
    const list = new EventList({ rows: 100, size: 1_000 });
    list.append([event('a'), event('b'), event('c')], 400);
    expect(ids(list)).toEqual(['b', 'c']);
    list.append([event('huge')], 5_000);
    expect(ids(list)).toEqual(['huge']);
    expect(list.dropped).toBe(3);
  });

  it('counts its gaps apart, also when they leave', () => {
    const list = new EventList({ rows: 2, size: 1e9 });
    list.appendGap(gap(1));
    list.append([event('a')]);
    expect(list.events).toBe(1);
    list.append([event('b')]);
    expect(list.events).toBe(2);
    list.appendGap(gap(1));
    list.clear();
    expect(list.events).toBe(0);
  });

  it('takes an event in again that has left it', () => {
    const list = new EventList({ rows: 1, size: 1e9 });
    list.append([event('a'), event('b')]);
    expect(list.append([event('a')])).toBe(1);
    expect(ids(list)).toEqual(['a']);
  });

  it('holds 100,000 events and drops one more for each that comes', () => {
    const list = new EventList();
    list.append(Array.from({ length: 100_000 }, (_, index) => event(`e${index}`)));
    expect([list.length, list.dropped]).toEqual([100_000, 0]);
    for (let round = 0; round < 30; round += 1)
      list.append(Array.from({ length: 1_000 }, (_, index) => event(`n${round}-${index}`)));
    expect([list.length, list.dropped]).toEqual([100_000, 30_000]);
    expect(list.at(0)).toMatchObject({ event: { data: { event_id: 'e30000' } } });
    expect(list.indexOf('e30000')).toBe(0);
    expect(list.indexOf('e29999')).toBe(-1);
  });

  it('puts the events of a gap into its place, each once, and what is still missing behind them', () => {
    const list = new EventList();
    list.append([event('a')]);
    list.appendGap(gap(3));
    list.append([event('e')]);
    const key = list.at(1)?.key ?? -1;
    expect(list.fillGap(key, [event('a'), event('b'), event('c')], gap(1))).toBe(2);
    expect(ids(list)).toEqual(['a', 'b', 'c', 1, 'e']);
    expect([list.length, list.events]).toEqual([5, 4]);
    expect(list.fillGap(key, [event('x')])).toBe(0);
    list.fillGap(list.at(3)?.key ?? -1, [event('d')]);
    expect(ids(list)).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(list.events).toBe(5);
  });

  it('finds errors in both directions, by type and by severity number', () => {
    const list = new EventList();
    list.append([event('a'), event('b', 'error'), event('c'), event('d', 'info', 21), event('e')]);
    expect(list.find(0, 1, isError)).toBe(1);
    expect(list.find(2, 1, isError)).toBe(3);
    expect(list.find(4, 1, isError)).toBe(-1);
    expect(list.find(2, -1, isError)).toBe(1);
    expect(list.find(0, -1, isError)).toBe(-1);
    expect(list.find(-1, -1, isError)).toBe(-1);
  });
});

describe('what waits while the list is paused', () => {
  it('comes out in its order, gaps among it', () => {
    const pending = new PendingItems();
    pending.addEvents([event('a')], 10);
    pending.addGap(gap(7));
    pending.addEvents([event('b')], 10);
    expect(pending.count).toBe(2);
    expect(pending.takeAll()).toMatchObject([{ size: 10 }, { gap: { count: 7 } }, { size: 10 }]);
    expect(pending.count).toBe(0);
    expect(pending.takeAll()).toEqual([]);
  });

  it('is bounded: the oldest become a gap that says how many they were and when', () => {
    const pending = new PendingItems(2);
    for (const [index, id] of ['a', 'b', 'c', 'd'].entries())
      pending.addEvents([event(id, 'info', undefined, `2026-11-27T10:00:0${index}.000Z`)], 10);
    expect(pending.count).toBe(4);
    const [first, ...rest] = pending.takeAll();
    expect(first).toEqual({
      gap: {
        count: 2,
        reason: 'slow',
        startTime: '2026-11-27T10:00:00.000Z',
        endTime: '2026-11-27T10:00:01.000Z',
      },
    });
    expect(rest).toHaveLength(2);
  });
});

function event(
  id: string,
  type: EventLine['data']['event_type'] = 'info',
  severityNumber?: number,
  timestamp = '2026-11-27T10:00:00.000Z',
): EventLine {
  return {
    type: 'event',
    data: { event_id: id, timestamp, event_type: type, source: 's', message: id, metadata: null },
    ...(severityNumber !== undefined && { otel: { severityNumber } }),
  };
}

function gap(count: number): Gap {
  return { count, reason: 'slow' };
}
