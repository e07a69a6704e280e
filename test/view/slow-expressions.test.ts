import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  MemoryStorage,
  TelemetryCollector,
  TelemetryData,
  type TelemetryEvent,
  type TelemetryQuery,
} from 'rimp-telemetry';
import { closeViews, serveView } from '../helpers/live-view.js';
import { until } from '../helpers/until.js';
import { event, ViewApi } from '../helpers/view-api.js';

const api = new ViewApi();
beforeEach(() => api.start());
afterEach(closeViews);

/** An expression that takes twice as long for each further `a` before the end of a text. */
const SLOW = '^(a+)+$';
const texts = (count: number, length: number): string[] => Array(count).fill(`${'a'.repeat(length)}!`);
const storeTexts = (...of: Parameters<typeof texts>): Promise<void> =>
  api.store(texts(...of).map((text, index) => event(index, text)));
const where = (operator: '~' | '!~', count = 1): string =>
  Array(count)
    .fill(`where=${encodeURIComponent(`message ${operator} "${SLOW}"`)}`)
    .join('&');

/** Turns of the event loop, which is the server's as well, with something to do in them, until that is over. */
async function busyTurns(work: Promise<unknown>): Promise<number> {
  let turns = 0;
  let isOver = false;
  let begun = performance.now();
  const count = (): void => {
    const now = performance.now();
    if (now - begun > 5) turns += 1;
    begun = now;
    if (!isOver) setImmediate(count);
  };
  setImmediate(count);
  await work;
  isOver = true;
  return turns;
}

/** A storage that tells of each look at a message which answer of it was looked at. */
class WatchedStorage extends MemoryStorage {
  look: (answer: number) => void = () => undefined;
  #answers = 0;

  override async retrieve(query: TelemetryQuery): Promise<TelemetryData> {
    const { events, cursor } = await super.retrieve(query);
    const answer = this.#answers++;
    const get = (target: TelemetryEvent, name: string | symbol): unknown => {
      if (name === 'message') this.look(answer);
      return Reflect.get(target, name, target);
    };
    return Object.assign(new TelemetryData({ events: events.map((one) => new Proxy(one, { get })) }), { cursor });
  }
}

describe('a regular expression that is slow', () => {
  it.each(['events', 'stats', 'export'])('ends %s if it takes its time over many texts', async (path) => {
    await storeTexts(1_000, 20);
    const response = await api.fetch(`${path}?${where('~')}`);
    expect([response.status, await response.text()]).toEqual([400, expect.stringContaining('takes too long')]);
  });

  it('shares its time with the others of a request', async () => {
    await storeTexts(40, 20);
    const response = await api.fetch(`events?${where('!~', 32)}`);
    expect([response.status, await response.text()]).toEqual([400, expect.stringContaining('takes too long')]);
  });

  it('has others answered meanwhile, also if many requests have one', async () => {
    const storage = new WatchedStorage();
    const { url } = await serveView({}, new TelemetryCollector({}, { storage }));
    await storage.store(new TelemetryData({ events: texts(200, 14).map((text, index) => event(index, text)) }));
    // at how many messages of each answer is looked in a turn of the event loop
    const turns = [new Map<number, number>()];
    let isOver = false;
    const next = (): void => {
      turns.push(new Map());
      if (!isOver) setImmediate(next);
    };
    storage.look = (answer) => {
      const looks = turns.at(-1) as Map<number, number>;
      looks.set(answer, (looks.get(answer) ?? 0) + 1);
    };
    setImmediate(next);
    const ask = async (): Promise<string> => (await fetch(`${url}/api/events?${where('!~')}`)).text();
    const answers = await Promise.all(Array.from({ length: 20 }, ask));
    isOver = true;
    expect(answers.map((text) => text.split('\n').length)).toEqual(Array(20).fill(201));
    const goOn = turns.map((looks) => [...looks.values()].filter((count) => count > 1).length);
    expect(Math.max(...goOn)).toBeLessThanOrEqual(2);
  });

  it('has others answered meanwhile, also if many event streams have one', async () => {
    const run = async (count: number): Promise<number> => {
      const readers = await Promise.all(
        Array.from({ length: count }, () => api.reader(`?kinds=event&${where('!~')}`).open()),
      );
      await until(() => readers.every(({ hellos }) => hellos.length === 1));
      for (const text of texts(200, 14)) api.collector.collectEvent('shop', text);
      const turns = await busyTurns(until(() => readers.every(({ items }) => items.length === 200)));
      for (const reader of readers) await reader.close();
      return turns;
    };
    await run(1);
    const one = await run(1);
    expect(await run(20)).toBeGreaterThan(one * 3);
  });
});
