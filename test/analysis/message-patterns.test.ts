import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { TelemetryEvent } from 'rimp-telemetry';
import { MessagePatterns } from '../../src/analysis/message-patterns.js';

function grouped(messages: readonly string[]): Record<string, number> {
  const patterns = new MessagePatterns();
  messages.forEach((message, i) => {
    patterns.add(message, i);
  });
  return Object.fromEntries(patterns.patterns().map(({ pattern, count }) => [pattern, count]));
}

describe('patterns of messages', () => {
  it('have their count, first and last time, an example, and counts over time', () => {
    const patterns = new MessagePatterns();
    patterns.add('order 2 failed', 5_000, 'error');
    patterns.add('order 1 failed', 1_000, 'error');
    patterns.add('order 3 failed', 9_000, 'error');
    patterns.add('started', 0, 'info');
    const [first, second] = patterns.patterns();
    expect(first).toMatchObject({
      pattern: 'order <num> failed',
      kind: 'error',
      count: 3,
      firstMillis: 1_000,
      lastMillis: 9_000,
      example: 'order 2 failed',
    });
    expect(first?.times.entries()).toEqual([1_000, 5_000, 9_000].map((startMillis) => ({ startMillis, count: 1 })));
    expect(second).toMatchObject({ pattern: 'started', kind: 'info', count: 1 });
  });

  it('have the sources and the latest of their events, through patterns that become one', () => {
    const patterns = new MessagePatterns();
    const event = (message: string, source: string, millis: number): TelemetryEvent =>
      new TelemetryEvent({ message, source, timestamp: new Date(millis), eventType: 'error' });
    const latest = event('user bob locked out', 'web', 9);
    for (const one of [event('user alice locked out', 'api', 5), latest, event('user eve locked out', 'api', 7)])
      patterns.addEvent(one);
    expect(patterns.patterns()).toEqual([
      expect.objectContaining({ pattern: 'user <*> locked out', kind: 'error', count: 3, sources: ['api', 'web'] }),
    ]);
    expect(patterns.patterns()[0]?.latest).toBe(latest);
  });

  it('are one if few words differ, and others if many do', () => {
    expect(
      grouped([
        'User alice logged in',
        'User bob logged in',
        'Cache miss for key sessions in eu',
        'Cache miss for key carts in us',
        'Connection failed',
        'Connection closed',
        'Worker stopped',
      ]),
    ).toEqual({
      'User <*> logged in': 2,
      'Cache miss for key <*> in <*>': 2,
      'Connection failed': 1,
      'Connection closed': 1,
      'Worker stopped': 1,
    });
  });

  it('of few words become one once many words were seen in one place', () => {
    const names = Array.from({ length: 40 }, (_, i) =>
      String.fromCharCode(97 + (i % 26)).repeat(1 + (i % 7) + (i > 25 ? 7 : 0)),
    );
    const distinct = [...new Set(names)];
    expect(distinct.length).toBeGreaterThan(20);
    expect(grouped(distinct.map((name) => `login ${name}`))).toEqual({ 'login <*>': distinct.length });
    expect(grouped(distinct.map((name) => `${name} left`))).toEqual({ '<*> left': distinct.length });
  });

  it('of different kinds are others', () => {
    const patterns = new MessagePatterns();
    patterns.add('slow', 0, 'warning');
    patterns.add('slow', 0, 'error');
    expect(patterns.patterns()).toHaveLength(2);
  });

  it('count each recording apart', () => {
    const patterns = new MessagePatterns({ recordings: 2 });
    patterns.add('User alice logged in', 0, '', 0);
    patterns.add('User bob logged in', 0, '', 1);
    patterns.add('User 7 logged in', 0, '', 1);
    expect(patterns.patterns()).toEqual([
      expect.objectContaining({ pattern: 'User <*> logged in', count: 3, counts: [1, 2] }),
    ]);
  });

  it('let the rarest go when there are too many, and count those', () => {
    const patterns = new MessagePatterns({ maxPatterns: 20 });
    const word = (i: number): string => i.toString(26).replace(/\d/g, (digit) => 'qrstuvwxyz'[Number(digit)] ?? '');
    for (let i = 0; i < 500; i += 1) {
      patterns.add('the one that comes all the time', i);
      patterns.add(`${word(i)} ${word(i * 7)} ${word(i * 13)}`, i);
    }
    const found = patterns.patterns();
    expect(found.length).toBeLessThanOrEqual(20);
    expect(found[0]).toMatchObject({ pattern: 'the one that comes all the time', count: 500 });
    const kept = found.reduce((sum, { count }) => sum + count, 0);
    expect(kept + patterns.overflow.messages).toBe(1_000);
    expect(patterns.overflow.patterns).toBeGreaterThan(400);
  });

  it('account for every message, in whatever order, and no message is without the pattern that it is of', () => {
    const word = fc.constantFrom('a', 'b', 'c', 'dd', 'e 1', '"q"', 'user', 'x-2', '');
    const message = fc.array(word, { maxLength: 8 }).map((words) => words.join(' '));
    fc.assert(
      fc.property(
        fc.array(fc.tuple(message, fc.nat(1e6), fc.nat(2)), { maxLength: 200 }),
        fc.integer({ min: 1, max: 30 }),
        (list, maxPatterns) => {
          const patterns = new MessagePatterns({ maxPatterns, recordings: 3 });
          for (const [text, time, recording] of list) patterns.add(text, time, '', recording);
          const found = patterns.patterns();
          expect(found.length).toBeLessThanOrEqual(maxPatterns);
          const { overflow } = patterns;
          for (const recording of [0, 1, 2]) {
            const kept = found.reduce((sum, { counts }) => sum + (counts[recording] ?? 0), 0);
            expect(kept + (overflow.counts[recording] ?? 0)).toBe(list.filter(([, , one]) => one === recording).length);
          }
          for (const { count, counts, times } of found) {
            expect(counts.reduce((sum, one) => sum + one, 0)).toBe(count);
            expect(times.total).toBe(count);
          }
          expect(new Set(found.map(({ pattern }) => pattern)).size).toBe(found.length);
        },
      ),
    );
  });
});
