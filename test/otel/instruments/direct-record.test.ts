import { afterEach, describe, expect, it } from '@jest/globals';
import { AggregationType, createAllowListAttributesProcessor, MeterProvider } from '@opentelemetry/sdk-metrics';
import fc from 'fast-check';
import { type InstrumentRule, TelemetryCollector } from 'rimp-telemetry';
import { hostileMap } from '../../helpers/hostile-maps.js';
import { deltaAndCumulative } from '../../helpers/metric-readers.js';

const RULES: readonly InstrumentRule[] = [
  { match: 'counted*', kind: 'counter' },
  { match: 'up*', kind: 'updowncounter' },
  { match: 'set*', kind: 'gauge', synchronous: true },
  { match: '*', kind: 'histogram' },
];
const KINDS = ['counted', 'up', 'set', 'm'];
const VIEWS = [
  { instrumentName: '*.filtered', attributesProcessors: [createAllowListAttributesProcessor(['a'])] },
  { instrumentName: '*.dropped', aggregation: { type: AggregationType.DROP } as const },
  ...KINDS.flatMap((kind) => [
    { instrumentName: `${kind}.twice`, name: `${kind}.one` },
    {
      instrumentName: `${kind}.twice`,
      name: `${kind}.two`,
      aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM } as const,
    },
  ]),
];
const NAMES = KINDS.flatMap((kind) => ['', '.filtered', '.dropped', '.twice'].map((view) => kind + view));
const METHODS = { createHistogram: 'record', createGauge: 'record', createCounter: 'add', createUpDownCounter: 'add' };

type Tags = Record<string, unknown> | undefined;

const open: { shutdown(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.shutdown();
});

/** A provider with a reader of deltas and a cumulative one, which keep so many series. */
function provider(wanted?: number) {
  const { readers, collectMetrics, limit } = deltaAndCumulative(wanted);
  const meterProvider = new MeterProvider({ readers, views: VIEWS });
  open.push(meterProvider);
  /** What a reader collects: each series with what was counted, in an order that doesn't depend on that of recording. */
  const collect = async (which: 0 | 1) => {
    const metrics = await collectMetrics(which);
    return metrics.flatMap(({ descriptor, dataPointType, dataPoints }) =>
      dataPoints
        .map(({ attributes, value }) => JSON.stringify([descriptor.name, dataPointType, sorted(attributes), value]))
        .sort(),
    );
  };
  return { meterProvider, collect, limit };
}

function sorted(attributes: object): unknown[] {
  return Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1));
}

function collectorOn(meterProvider: MeterProvider): TelemetryCollector {
  const collector = new TelemetryCollector({}, { meterProvider, instruments: RULES, warnOnLoss: false });
  open.push(collector);
  return collector;
}

/** Puts objects in front of the instruments that a provider makes: each measurement goes through them. */
function wrapInstruments(meterProvider: MeterProvider): void {
  const getMeter = meterProvider.getMeter.bind(meterProvider);
  meterProvider.getMeter = (name) => {
    const meter = getMeter(name);
    for (const [make, method] of Object.entries(METHODS)) {
      const original = (Reflect.get(meter, make) as (...given: unknown[]) => object).bind(meter);
      Reflect.set(meter, make, (...given: unknown[]) => {
        const instrument = original(...given);
        const call = (Reflect.get(instrument, method) as (...given: unknown[]) => void).bind(instrument);
        return { [method]: (...values: unknown[]) => call(...values) };
      });
    }
    return meter;
  };
}

const few = fc.constantFrom(undefined, { a: 1 }, { a: '1' }, { a: 1, b: 'x' }, { b: 'x', a: 1 }, { a: true }, { b: 1 });
const name = fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...KINDS) }, fc.constantFrom(...NAMES));
const values = fc.array(fc.oneof(fc.integer({ min: -2, max: 20_000 }), fc.double()), { maxLength: 4 });
const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ name, values, tags: few }) },
  { weight: 2, arbitrary: fc.record({ name, values, tags: hostileMap }) },
  { weight: 2, arbitrary: fc.constantFrom<0 | 1>(0, 1) },
);

describe('histograms, counters and synchronous gauges of metrics', () => {
  it.each([[undefined], [3]])('give each reader what their instruments give it, at a limit of %s', async (limit) => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const direct = provider(limit);
        const plain = provider(limit);
        wrapInstruments(plain.meterProvider);
        const collectors = [direct, plain].map(({ meterProvider }) => collectorOn(meterProvider));
        for (const one of [...steps, 0 as const, 1 as const]) {
          if (typeof one === 'number') {
            expect(await direct.collect(one)).toEqual(await plain.collect(one));
          } else {
            for (const collector of collectors)
              for (const value of one.values) collector.collectMetric(one.name, value, null, one.tags as Tags);
          }
        }
        const [ours, theirs] = collectors.map((collector) => collector.health().notRecorded);
        // what limits the readers have is not known of the wrapped ones
        if (limit === undefined) expect(ours).toEqual(theirs);
      }),
      { numRuns: 60 },
    );
  });

  it('keep as many series as the readers do', async () => {
    const { meterProvider, collect, limit } = provider(5_000);
    const collector = collectorOn(meterProvider);
    const gauges = new TelemetryCollector({}, { meterProvider, warnOnLoss: false });
    open.push(gauges);
    for (let i = 0; i < 3_000; i += 1) {
      collector.collectMetric('m', i, null, { i });
      gauges.collectMetric('g', i, 'items', { i });
    }
    const each = Math.min(3_000, limit);
    expect(await collect(1)).toHaveLength(2 * each);
    // one place is that of the series that others are folded into
    const folded = each < 3_000 ? { cardinality_overflow: 3_000 - each + 1 } : {};
    expect([collector.health().notRecorded, gauges.health().notRecorded]).toEqual([folded, folded]);
  });

  it.each(['record', '_record'])('go through an instrument whose method %s somebody replaces meanwhile', (name) => {
    const { meterProvider } = provider();
    const collector = collectorOn(meterProvider);
    let prototype = Object.getPrototypeOf(meterProvider.getMeter('m').createHistogram('m')) as object;
    while (!Object.hasOwn(prototype, name)) prototype = Object.getPrototypeOf(prototype) as object;
    const record = Reflect.get(prototype, name) as (...given: unknown[]) => void;
    for (let i = 0; i < 3; i += 1) collector.collectMetric('m', 1, null, { a: 1 });
    const seen: unknown[] = [];
    Reflect.set(prototype, name, function replaced(this: object, ...given: unknown[]) {
      seen.push(given);
      record.apply(this, given);
    });
    try {
      collector.collectMetric('m', 2, null, { a: 1 });
      expect(seen).toEqual([expect.arrayContaining([2, { a: 1 }])]);
    } finally {
      Reflect.set(prototype, name, record);
    }
  });
});
