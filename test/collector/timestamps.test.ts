import vm from 'node:vm';
import { describe, expect, it, jest } from '@jest/globals';
import { TelemetryCollector, type TimeArgument } from 'rimp-telemetry';

const AT = Date.UTC(2020, 0, 2, 3, 4, 5, 678);

const TIMES: Record<string, [given: unknown, millis: number, nanos?: string]> = {
  'a Date': [new Date(AT), AT],
  'a Date of another realm': [vm.runInNewContext(`new Date(${AT})`), AT],
  milliseconds: [AT, AT],
  'milliseconds before 1970': [-1, -1],
  'the epoch': [0, 0],
  'a part of a millisecond': [AT + 0.75, AT],
  'ISO text': ['2020-01-02T03:04:05.678Z', AT],
  'ISO text with an offset': ['2020-01-02T04:34:05.678+01:30', AT],
  'ISO text without a zone, which is UTC': ['2020-01-02T03:04:05.678', AT],
  'a day': ['2020-01-02', Date.UTC(2020, 0, 2)],
  'ISO text with nanoseconds': ['2020-01-02T03:04:05.678000009Z', AT, '1577934245678000009'],
  'an HrTime': [[1_577_934_245, 678_000_000], AT],
  'an HrTime with nanoseconds': [[1_577_934_245, 678_000_009], AT, '1577934245678000009'],
};

const noTime = { now: () => Number.NaN, after: () => () => undefined };

const NO_TIMES: Record<string, unknown> = {
  'an invalid Date': new Date(Number.NaN),
  NaN: Number.NaN,
  infinite: Number.POSITIVE_INFINITY,
  'too far away': 8.64e15 + 1,
  'a word': 'yesterday',
  'empty text': '',
  'a thirteenth month': '2020-13-01',
  'a boolean': true,
  'an object': {},
  'an empty list': [],
  'a list of one': [1],
  'a list of three': [1, 2, 3],
  'negative nanoseconds': [1, -1],
  'a second of nanoseconds': [1, 1e9],
  'text in a list': ['1', 2],
  'something like a Date': { getTime: () => AT },
  'something that says it is a Date': { [Symbol.toStringTag]: 'Date' },
  'an object with the prototype of a Date': Object.create(Date.prototype),
  'a proxy of a Date': new Proxy(new Date(), {}),
};

describe('a timestamp that is given', () => {
  it.each(Object.entries(TIMES))('may be %s', (_name, [given, millis, nanos]) => {
    const collector = new TelemetryCollector();
    const timestamp = given as TimeArgument;
    const event = collector.collectEvent({ source: 'a', message: 'b', timestamp });
    const metric = collector.collectMetric({ name: 'm', value: 1, timestamp });
    for (const item of [event, metric]) {
      expect(item?.timestamp.getTime()).toBe(millis);
      expect(item?.timestamp).toBeInstanceOf(Date);
      expect(item?.otel?.timeUnixNano).toBe(nanos);
    }
    expect(collector.health().replaced).toEqual({});
  });

  it('is the one that a test puts in the place of Date.now, if none is given', () => {
    const now = jest.spyOn(Date, 'now').mockReturnValue(AT);
    try {
      const collector = new TelemetryCollector();
      const event = collector.collectEvent('a', 'b');
      const metric = collector.collectMetric('m', 1);
      expect([event?.timestamp.getTime(), metric?.timestamp.getTime()]).toEqual([AT, AT]);
    } finally {
      now.mockRestore();
    }
  });

  it('is the time of the machine if Date.now, or the clock of the collector, gives none', () => {
    const before = Date.now();
    const collectors = [new TelemetryCollector(), new TelemetryCollector({}, { clock: noTime })];
    const now = jest.spyOn(Date, 'now').mockReturnValue(Number.NaN);
    try {
      for (const collector of collectors) {
        const timestamp = 'yesterday';
        const items = [
          collector.collectEvent('a', 'b'),
          collector.collectMetric('m', 1),
          collector.collectEvent({ source: 'a', message: 'b', timestamp }),
          collector.collectMetric({ name: 'm', value: 1, timestamp }),
        ];
        for (const item of items) expect(item?.timestamp.getTime()).toBeGreaterThanOrEqual(before);
      }
    } finally {
      now.mockRestore();
    }
  });

  it('is copied: what the caller does with its Date later changes nothing', () => {
    const timestamp = new Date(AT);
    const event = new TelemetryCollector().collectEvent({ source: 'a', message: 'b', timestamp });
    timestamp.setTime(0);
    expect(event?.timestamp.getTime()).toBe(AT);
  });

  it.each(Object.entries(NO_TIMES))(
    'is replaced by the time of the call, counted and reported if it can be no time: %s',
    (_name, given) => {
      const collector = new TelemetryCollector();
      const before = Date.now();
      const event = collector.collectEvent({ source: 'a', message: 'b', timestamp: given as TimeArgument });
      const metric = collector.collectMetric({ name: 'm', value: 1, timestamp: given as TimeArgument });
      for (const item of [event, metric]) expect(item?.timestamp.getTime()).toBeGreaterThanOrEqual(before);
      expect(collector.health().replaced).toEqual({ invalid_timestamp: 2 });
      expect(collector.health().lastError?.kind).toBe('invalid_timestamp');
    },
  );

  it('replaces nothing, and counts nothing, if no timestamp is given', () => {
    const collector = new TelemetryCollector();
    for (const timestamp of [undefined, null])
      collector.collectEvent({ source: 'a', message: 'b', timestamp: timestamp as never });
    expect(collector.health().replaced).toEqual({});
  });
});
