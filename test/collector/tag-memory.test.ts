import { types } from 'node:util';
import { afterEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { TelemetryCollector } from 'rimp-telemetry';
import { hostileMap } from '../helpers/hostile-maps.js';

const open: TelemetryCollector[] = [];
afterEach(async () => {
  for (const collector of open.splice(0)) await collector.shutdown();
});

function collecting() {
  const collector = new TelemetryCollector({ bufferSize: 1_000_000 }, { warnOnLoss: false });
  open.push(collector);
  return (tags: object) => {
    const metric = collector.collectMetric('m', 1, null, tags as Record<string, unknown>);
    return metric?.tags;
  };
}

describe('the tags of a metric', () => {
  it('are the same whether they are copied for the first time, found again, or never remembered', () => {
    const tagsOf = collecting();
    fc.assert(
      fc.property(hostileMap, (tags) => {
        const first = tagsOf(tags);
        expect(tagsOf(tags)).toEqual(first);
        if (!types.isProxy(tags) && Object.getPrototypeOf(tags) === Object.prototype && !('thrower' in tags))
          expect(tagsOf(new Map(Object.entries(tags)))).toEqual(first);
      }),
      { numRuns: 500 },
    );
  });

  it('keeps tags apart by type, by value and by name, in whatever order they come', () => {
    const tagsOf = collecting();
    const all = [
      { a: 1 },
      { a: '1' },
      { a: true },
      { b: 1 },
      { a: 1, b: 2 },
      { b: 2, a: 1 },
      { a: 0 },
      { a: 'b', b: 'a' },
    ];
    for (let round = 0; round < 3; round += 1) for (const tags of all) expect(tagsOf(tags)).toStrictEqual(tags);
    expect(tagsOf({ a: -0 })).toStrictEqual({ a: 0 });
    expect(tagsOf({ a: Number.NaN })).toStrictEqual({ a: 'NaN' });
    expect(tagsOf({})).toBeUndefined();
  });

  it('are a copy: what the caller does with the object afterwards changes no metric', () => {
    const tagsOf = collecting();
    for (let round = 0; round < 3; round += 1) {
      const given: Record<string, unknown> = { color: 'red' };
      const tags = tagsOf(given);
      given.color = 'blue';
      expect(tags).toEqual({ color: 'red' });
    }
  });

  it('gives right tags for more values than are remembered', () => {
    const tagsOf = collecting();
    for (let i = 0; i < 40_000; i += 1) {
      const tags = tagsOf({ id: i });
      if (tags?.id !== i) expect(tags).toEqual({ id: i });
    }
    expect(tagsOf({ id: 39_999 })).toEqual({ id: 39_999 });
  });
});
