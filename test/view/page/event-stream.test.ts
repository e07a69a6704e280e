import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { EventStreamReader, type StreamEvent } from '../../../src/view/page/api/event-stream.js';

describe('the reader of an event stream', () => {
  it('reads the same events however their text is divided', () => {
    const line = fc.string({ unit: 'grapheme', maxLength: 20 }).filter((text) => !/[\r\n\0]/.test(text));
    const event = fc.record({
      id: line,
      name: line.filter((name) => name !== ''),
      data: fc.array(line, { minLength: 1 }),
    });
    const scenario = fc.record({
      events: fc.array(event, { maxLength: 6 }),
      end: fc.constantFrom('\n', '\r\n'),
      cuts: fc.array(fc.nat({ max: 400 }), { maxLength: 10 }),
    });
    fc.assert(
      fc.property(scenario, ({ events, end, cuts }) => {
        const text = events
          .map(({ id, name, data }) =>
            [`id: ${id}`, `event: ${name}`, ...data.map((part) => `data: ${part}`), '', ''].join(end),
          )
          .join('');
        const reader = new EventStreamReader();
        const read: StreamEvent[] = [];
        let from = 0;
        for (const cut of [...cuts.sort((a, b) => a - b), text.length]) {
          read.push(...reader.read(text.slice(from, cut)));
          from = Math.max(from, Math.min(cut, text.length));
        }
        expect(read).toEqual(events.map(({ id, name, data }) => ({ id, name, data: data.join('\n') })));
      }),
    );
  });

  it('keeps the last id for events without one, from the one that it began with', () => {
    const reader = new EventStreamReader('x-1');
    expect(reader.read('data: a\n\nid: x-2\ndata: b\n\ndata: c\n\n').map(({ id }) => id)).toEqual([
      'x-1',
      'x-2',
      'x-2',
    ]);
  });

  it('leaves out comments, unknown fields, events without data, and one that is not complete', () => {
    const reader = new EventStreamReader();
    expect(reader.read(': ping\n\nunknown: 1\nevent: empty\n\ndata:no space\n\ndata: half')).toEqual([
      { name: 'message', data: 'no space', id: '' },
    ]);
  });

  it('takes the time to wait that the server gives, if it is a number', () => {
    const reader = new EventStreamReader();
    reader.read('retry: soon\nretry: 1500\n\n');
    expect(reader.retryMillis).toBe(1500);
  });
});
