import { expect, it } from '@jest/globals';
import { MemoryStorage, TelemetryCollector } from 'rimp-telemetry';

/** Calls as JavaScript allows them. */
type Loose = {
  collectEvent(...given: readonly unknown[]): ReturnType<TelemetryCollector['collectEvent']>;
  collectMetric(...given: readonly unknown[]): ReturnType<TelemetryCollector['collectMetric']>;
};

function looseCollector(): { readonly loose: Loose; readonly collector: TelemetryCollector } {
  const collector = new TelemetryCollector({}, { warnOnLoss: false });
  return { loose: collector as unknown as Loose, collector };
}

it('metadata in the place of the event type are kept, and it is reported', () => {
  const { loose, collector } = looseCollector();
  expect(loose.collectEvent('a', 'b', { key: 1 })).toMatchObject({ eventType: 'info', metadata: { key: 1 } });
  expect(collector.health().replaced).toEqual({ invalid_event_type: 1 });
});

it('tags in the place of the unit are kept, and what is no tags is reported', () => {
  const { loose, collector } = looseCollector();
  const metric = loose.collectMetric('a', 1, { key: 'b' });
  expect(metric?.tags).toEqual({ key: 'b' });
  expect(metric?.unit).toBeUndefined();
  expect(loose.collectMetric('a', 1, 'ms', 'key:b')).toMatchObject({ unit: 'ms', tags: undefined });
  expect(collector.health()).toMatchObject({ accepted: 2, replaced: { invalid_unit: 1, invalid_tags: 1 } });
});

it('a map in the place of the event type or the unit is kept if null follows it', () => {
  const { loose } = looseCollector();
  expect(loose.collectEvent('a', 'b', { key: 1 }, null)?.metadata).toEqual({ key: 1 });
  expect(loose.collectMetric('a', 1, { key: 'b' }, null)?.tags).toEqual({ key: 'b' });
});

it('a unit that is an object, but no map, stands as text', () => {
  const { loose, collector } = looseCollector();
  expect(loose.collectMetric('a', 1, new String('ms'))).toMatchObject({ unit: 'ms', tags: undefined });
  expect(loose.collectMetric('a', 1, ['ms'])).toMatchObject({ unit: '["ms"]', tags: undefined });
  expect(collector.health().replaced).toEqual({});
});

it('an argument by a name that there is not is reported with the name that is meant', () => {
  const { loose, collector } = looseCollector();
  loose.collectEvent({ source: 'a', message: 'b', metdata: { key: 1 } });
  expect(collector.health()).toMatchObject({
    replaced: { unknown_argument: 1 },
    lastError: { message: 'collectEvent: unknown argument "metdata" is passed over: did you mean "metadata"?' },
  });
  loose.collectMetric({ name: 'a', value: 1, labels: {} });
  expect(collector.health().lastError?.message).toContain('expected one of name, value, unit, tags, timestamp');
});

it('unknown names of one call are counted each and reported together, whatever they are', () => {
  const { loose, collector } = looseCollector();
  const many = Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`key-${i}`, i]));
  loose.collectEvent({ source: 'a', message: 'b', ...many });
  expect(collector.health()).toMatchObject({
    replaced: { unknown_argument: 20_000 },
    lastError: {
      message:
        'collectEvent: unknown argument "key-0" is passed over, and so are 19999 more: expected one of source, message, eventType, metadata, timestamp',
    },
  });
  loose.collectEvent({ source: 'a', message: 'b', ['x'.repeat(1_000)]: 1 });
  expect(collector.health().lastError?.message).toContain(`"${'x'.repeat(80)}" is passed over: expected one of`);
});

it("takes Python's name of the event type, and nothing else is counted of right calls", () => {
  const { loose, collector } = looseCollector();
  expect(loose.collectEvent({ source: 'a', message: 'b', event_type: 'error' })?.eventType).toBe('error');
  loose.collectEvent('a', 'b', undefined, null);
  loose.collectEvent('a', 'b', null);
  loose.collectMetric('a', 1, null, null);
  loose.collectMetric({ name: 'a', value: 1, unit: undefined, tags: undefined, timestamp: undefined });
  expect(collector.health()).toMatchObject({ accepted: 5, replaced: {}, lastError: undefined });
});

it('a storage in the place of the configuration is an error that says where it goes', () => {
  const make = (): unknown => Reflect.construct(TelemetryCollector, [new MemoryStorage()]);
  expect(make).toThrow('got a storage: give it in the second argument, new TelemetryCollector({}, { storage })');
});
