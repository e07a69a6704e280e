import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { FileStorage, TelemetryCollector, type TelemetryData } from 'rimp-telemetry';
import { expectBalance } from '../helpers/ledger.js';

const ITEMS = 20_000;
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rimp-synced-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function collectorTo(storage: FileStorage): TelemetryCollector {
  const collector = new TelemetryCollector({ bufferSize: ITEMS + 1, flushInterval: 3_600 }, { storage });
  for (let i = 0; i < ITEMS; i += 1) collector.collectEvent('shop', String(i));
  return collector;
}

/** The messages in a file, in its order. */
const written = (path: string): readonly string[] =>
  [...readFileSync(path, 'utf8').matchAll(/"message":"(\d+)"/g)].map(([, message = '']) => message);
const expected = Array.from({ length: ITEMS }, (_, i) => String(i));

it('a large flush to a file that is brought to the disk goes in portions, in order, and each item once', async () => {
  const storage = new FileStorage({ path: join(folder, 'telemetry.jsonl'), durability: 'fsync' });
  const sizes: number[] = [];
  const storeMany = storage.storeMany.bind(storage);
  storage.storeMany = (batches: readonly TelemetryData[]) => {
    sizes.push(batches.reduce((sum, { size }) => sum + size, 0));
    return storeMany(batches);
  };
  const collector = collectorTo(storage);
  expect(await collector.forceFlush()).toEqual({ complete: true, errors: [] });
  expect(sizes.length).toBeGreaterThanOrEqual(ITEMS / 4_000);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(4_000);
  expect(written(storage.path)).toEqual(expected);
  expect(collector.health()).toMatchObject({ accepted: ITEMS, delivered: ITEMS, queued: 0, dropped: {} });
  expectBalance(collector);
  await collector.shutdown();
});
