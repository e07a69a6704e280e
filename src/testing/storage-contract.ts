import { deepStrictEqual, ok, rejects, strictEqual } from 'node:assert/strict';
import { TelemetryData } from '../model/data.js';
import { TelemetryEvent, type TelemetryEventInit } from '../model/event.js';
import { isEvent, type TelemetryItem } from '../model/item.js';
import { TelemetryMetric } from '../model/metric.js';
import { resolveQuery, type TelemetryQuery } from '../model/query.js';
import type { TelemetryStorage } from '../model/storage.js';
import { matcherOf } from '../storage/query-match.js';
import { Generator } from './generate.js';

/** Makes a storage that is empty, another one at each call. */
export type MakeStorage = () => TelemetryStorage | Promise<TelemetryStorage>;

/** What the tests are registered with: jest's, vitest's, mocha's and Node's own `describe` and `it` will do. */
export interface TestFramework {
  /** Groups tests. */
  readonly describe: (name: string, body: () => void) => void;
  /** Declares a test; a promise that rejects is a failure. */
  readonly it: (name: string, body: () => Promise<void>) => void;
}

/** Queries that are compared on generated items. */
const QUERIES = 60;

/**
 * Tests what every storage promises.
 *
 * @param name - of the storage, for the report.
 * @param make - makes an empty one.
 * @param framework - default: the global `describe` and `it`.
 */
export function storageContract(
  name: string,
  make: MakeStorage,
  framework: TestFramework = globalThis as unknown as TestFramework,
): void {
  const { describe, it } = framework;
  const test = (what: string, body: (storage: TelemetryStorage) => Promise<void>): void =>
    it(what, async () => {
      const storage = await make();
      try {
        await body(storage);
      } finally {
        await storage.close();
      }
    });

  describe(`${name} keeps the contract of storages:`, () => {
    test('is empty at first', async (storage) => {
      ok((await storage.retrieve()).isEmpty);
    });

    test('gives back what it was given, both kinds', async (storage) => {
      const data = new TelemetryData({ events: [event('a', 5)], metrics: [metric('b', 6)] });
      await storage.store(data);
      const back = await storage.retrieve();
      ok(back instanceof TelemetryData);
      ok(back.events[0] instanceof TelemetryEvent);
      ok(back.metrics[0] instanceof TelemetryMetric);
      deepStrictEqual([...back.events, ...back.metrics].map(plain), [...data.events, ...data.metrics].map(plain));
    });

    test('keeps every field of generated items', async (storage) => {
      const data = new Generator(1).data(200);
      await storage.store(data);
      deepStrictEqual((await all(storage)).map(plain), itemsOf(data).map(plain));
    });

    test('finds the spans and log records of a trace together', async (storage) => {
      const otel = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7' };
      const span = {
        kind: 'server',
        endTimeUnixNano: '5000001',
        events: [{ name: 'e', timeUnixNano: '4000000' }],
      } as const;
      const events = [
        new TelemetryEvent({ ...fieldsOf('root', 1), otel: { ...otel, traceFlags: 1, span } }),
        new TelemetryEvent({ ...fieldsOf('within', 2), otel }),
        new TelemetryEvent({
          ...fieldsOf('child', 3),
          otel: { ...otel, span: { ...span, parentSpanId: otel.spanId } },
        }),
        event('of no trace', 4),
      ];
      await storage.store(new TelemetryData({ events }));
      deepStrictEqual((await all(storage, { traceId: otel.traceId })).map(plain), events.slice(0, 3).map(plain));
    });

    test('keeps the order of arrival, events before metrics within a batch, and reverses it', async (storage) => {
      await storage.store(new TelemetryData({ events: [event('1', 9), event('2', 1)], metrics: [metric('3', 5)] }));
      await storage.store(new TelemetryData({ events: [event('4', 3)] }));
      deepStrictEqual(await names(storage), ['1', '2', '3', '4']);
      deepStrictEqual(await names(storage, { order: 'desc' }), ['4', '3', '2', '1']);
    });

    test('limits both kinds together, in the order asked for', async (storage) => {
      await storage.store(new TelemetryData({ events: [event('1'), event('2')], metrics: [metric('3')] }));
      deepStrictEqual(await names(storage, { limit: 2 }), ['1', '2']);
      deepStrictEqual(await names(storage, { limit: 2, order: 'desc' }), ['3', '2']);
      deepStrictEqual(await names(storage, { limit: 0 }), []);
    });

    test('takes both ends of a time range in', async (storage) => {
      const events = [10, 20, 30, 40].map((millis) => event(String(millis), millis));
      await storage.store(new TelemetryData({ events }));
      deepStrictEqual(await names(storage, { startTime: new Date(20), endTime: new Date(30) }), ['20', '30']);
      deepStrictEqual(await names(storage, { startTime: new Date(31) }), ['40']);
      deepStrictEqual(await names(storage, { endTime: new Date(10), limit: 5 }), ['10']);
    });

    test('finds what a query asks for, and nothing else', async (storage) => {
      const generator = new Generator(2);
      const items: TelemetryItem[] = [];
      for (const size of [1, 0, 150, 49]) {
        const data = generator.data(size);
        await storage.store(data);
        items.push(...itemsOf(data));
      }
      for (let i = 0; i < QUERIES; i += 1) {
        const query = generator.query();
        const expected = expectedOf(items, query).map(plain);
        deepStrictEqual((await all(storage, query)).map(plain), expected, JSON.stringify(query));
        const data = await storage.retrieve(query);
        deepStrictEqual(itemsOf(data).map(plain), sorted(expected), JSON.stringify(query));
      }
    });

    test('goes on after a cursor, page by page, while more is stored', async (storage) => {
      const generator = new Generator(3);
      for (let i = 0; i < 5; i += 1) await storage.store(generator.data(20));
      for (const order of ['asc', 'desc'] as const) {
        const before = await all(storage, { order });
        const seen: TelemetryItem[] = [];
        let after: string | undefined;
        while (seen.length < before.length) {
          const page: TelemetryData = await storage.retrieve({ order, limit: 7, after });
          ok(page.size > 0, `a page of nothing after ${seen.length} of ${before.length} items`);
          strictEqual(typeof page.cursor, 'string');
          seen.push(...itemsOf(page));
          after = page.cursor;
          await storage.store(generator.data(3));
        }
        const got = ids(seen);
        strictEqual(new Set(got).size, got.length, 'an item came twice');
        deepStrictEqual(
          ids(before).filter((id) => !got.includes(id)),
          [],
          'items were left out',
        );
      }
    });

    test('gives nothing more after the last, until something comes', async (storage) => {
      await storage.store(new TelemetryData({ events: [event('1'), event('2')] }));
      const { cursor } = await storage.retrieve();
      ok((await storage.retrieve({ after: cursor })).isEmpty);
      await storage.store(new TelemetryData({ metrics: [metric('3')] }));
      deepStrictEqual(await names(storage, { after: cursor }), ['3']);
    });

    test('refuses a query that is none, and says why', async (storage) => {
      await rejects(async () => storage.retrieve({ limit: -1 }), /"limit" to be a whole number from 0 on, got -1/);
      await rejects(async () => storage.retrieve({ startTime: new Date(Number.NaN) }), /"startTime".*valid Date/);
      await rejects(async () => storage.retrieve({ startTiem: new Date() } as object), /did you mean "startTime"/);
      await rejects(async () => storage.retrieve({ minSeverity: 25 }), /"minSeverity".*1 to 24/);
    });

    test('can be emptied, and goes on', async (storage) => {
      await storage.store(new TelemetryData({ events: [event('1')] }));
      await storage.clear();
      deepStrictEqual(await names(storage), []);
      await storage.store(new TelemetryData({ events: [event('2')] }));
      deepStrictEqual(await names(storage), ['2']);
      await storage.close();
    });
  });
}

function fieldsOf(message: string, millis: number): TelemetryEventInit {
  return { eventId: `e-${message}`, timestamp: new Date(millis), source: 's', message, metadata: { n: 1 } };
}

function event(message: string, millis = 0): TelemetryEvent {
  return new TelemetryEvent(fieldsOf(message, millis));
}

function metric(name: string, millis = 0): TelemetryMetric {
  return new TelemetryMetric({
    metricId: `m-${name}`,
    timestamp: new Date(millis),
    name,
    value: 1,
    unit: 'ms',
    tags: { k: 'v' },
  });
}

async function all(storage: TelemetryStorage, query?: TelemetryQuery): Promise<TelemetryItem[]> {
  const found: TelemetryItem[] = [];
  for await (const item of storage.scan(query)) found.push(item);
  return found;
}

async function names(storage: TelemetryStorage, query?: TelemetryQuery): Promise<string[]> {
  return (await all(storage, query)).map((item) => (isEvent(item) ? item.message : item.name));
}

function expectedOf(items: readonly TelemetryItem[], query: TelemetryQuery): TelemetryItem[] {
  const matching = items.filter(matcherOf(resolveQuery(query, 'the contract')));
  if (query.order === 'desc') matching.reverse();
  return matching.slice(0, query.limit);
}

function itemsOf(data: TelemetryData): TelemetryItem[] {
  return [...data.events, ...data.metrics];
}

function ids(items: readonly TelemetryItem[]): string[] {
  return items.map((item) => (isEvent(item) ? item.eventId : item.metricId)).toSorted();
}

/** Events before metrics, as {@link TelemetryData} has them. */
function sorted(items: readonly Record<string, unknown>[]): Record<string, unknown>[] {
  return [...items.filter((item) => 'eventId' in item), ...items.filter((item) => !('eventId' in item))];
}

/** An item's fields, with what is absent left out. */
function plain(item: TelemetryItem): Record<string, unknown> {
  return Object.fromEntries(Object.entries(item).filter(([, value]) => value !== undefined));
}
