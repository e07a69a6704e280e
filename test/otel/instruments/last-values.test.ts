import { afterEach, describe, expect, it } from '@jest/globals';
import { createAllowListAttributesProcessor, DataPointType, MeterProvider } from '@opentelemetry/sdk-metrics';
import fc from 'fast-check';
import { type InstrumentRule, TelemetryCollector } from 'rimp-telemetry';
import { hostileMap } from '../../helpers/hostile-maps.js';
import { deltaAndCumulative } from '../../helpers/metric-readers.js';

const open: { shutdown(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.shutdown();
});

const VIEWS = [{ instrumentName: 'filtered', attributesProcessors: [createAllowListAttributesProcessor(['a'])] }];

/** A provider with a reader of deltas and a cumulative one, which keep so many series, and a collector on it. */
function measured(rules: readonly InstrumentRule[] = [], wanted?: number) {
  const { readers, collectMetrics, limit } = deltaAndCumulative(wanted);
  const meterProvider = new MeterProvider({ readers, views: VIEWS });
  const another = () => {
    const collector = new TelemetryCollector({}, { meterProvider, instruments: rules, warnOnLoss: false });
    open.push(collector);
    return collector;
  };
  const collector = another();
  open.push(meterProvider);
  /** What a reader collects: each series with its value, in an order that doesn't depend on that of the recording. */
  const collect = async (which: 0 | 1) => {
    const metrics = await collectMetrics(which);
    return metrics.flatMap(({ descriptor, dataPointType, dataPoints }) => {
      expect(dataPointType).toBe(DataPointType.GAUGE);
      return dataPoints
        .map(({ attributes, value }) => `${descriptor.name} ${sorted(attributes)} ${String(value as number)}`)
        .sort();
    });
  };
  return { collector, another, collect, limit };
}

function sorted(attributes: object): string {
  return JSON.stringify(Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1)));
}

const few = fc.constantFrom(undefined, { a: 1 }, { a: '1' }, { a: 1, b: 'x' }, { b: 'x', a: 1 }, { a: true }, { b: 1 });
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ tags: few, value: fc.integer() }) },
  { weight: 3, arbitrary: fc.record({ tags: hostileMap, value: fc.double() }) },
  { weight: 1, arbitrary: fc.constantFrom<0 | 1>(0, 1) },
);

describe('the gauge of a metric', () => {
  it('gives each reader what a synchronous gauge gives it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const fast = measured();
        const plain = measured([{ match: '*', synchronous: true }]);
        for (const one of [...steps, 0 as const, 1 as const]) {
          if (typeof one === 'number') {
            expect(await fast.collect(one)).toEqual(await plain.collect(one));
          } else {
            for (const { collector } of [fast, plain])
              collector.collectMetric('m', one.value, 'items', one.tags as Record<string, unknown> | undefined);
          }
        }
      }),
      { numRuns: 100 },
    );
  });

  it('has the value that was measured last of series that a view makes one', async () => {
    for (const synchronous of [true, false]) {
      const { collector, collect } = measured([{ match: '*', synchronous }]);
      for (const [value, b] of [
        [1, 'x'],
        [2, 'y'],
        [3, 'x'],
      ] as const)
        collector.collectMetric('filtered', value, null, { a: 1, b });
      expect([await collect(0), await collect(1)]).toEqual([['filtered [["a",1]] 3'], ['filtered [["a",1]] 3']]);
    }
  });

  it.each([1, 2, 3, Number.POSITIVE_INFINITY])(
    'folds series as a synchronous gauge does at a limit of %d',
    async (wanted) => {
      const points: string[][][] = [];
      const folded: number[] = [];
      let limit = 0;
      for (const synchronous of [true, false]) {
        const { collector, collect, ...readers } = measured([{ match: '*', synchronous }], wanted);
        ({ limit } = readers);
        for (const [value, a] of [1, 2, 3, 4, 1, 2, 3, 2].entries()) collector.collectMetric('m', value, null, { a });
        points.push([await collect(0), await collect(1)]);
        folded.push(collector.health().notRecorded.cardinality_overflow ?? 0);
      }
      expect(points[1]).toEqual(points[0]);
      // one place is that of the series that others are folded into
      const beyond = [1, 2, 3, 4, 1, 2, 3, 2].filter((a) => a > limit - 1).length;
      expect(folded).toEqual([beyond, beyond]);
    },
  );

  it('leaves out the tags that a rule drops, in both kinds', async () => {
    for (const synchronous of [true, false]) {
      const { collector, collect } = measured([{ match: 'm', dropTags: ['id'], synchronous }]);
      for (let i = 0; i < 10; i += 1) collector.collectMetric('m', i, null, { id: i, a: 'x' });
      expect(await collect(0)).toEqual(['m [["a","x"]] 9']);
    }
  });

  it('has the last value of whichever collector measured last', async () => {
    const { collector, another, collect } = measured();
    const second = another();
    collector.collectMetric('m', 1);
    second.collectMetric('m', 2);
    collector.collectMetric('m', 3);
    expect(await collect(1)).toEqual(['m [] 3']);
  });

  it('keeps tags apart that come in many orders, and series beyond what is kept in one', async () => {
    const { collector, collect } = measured();
    const keys = Array.from({ length: 30 }, (_, i) => `k${i}`);
    for (let i = 0; i < 500; i += 1) {
      const turned = [...keys.slice(i % 30), ...keys.slice(0, i % 30)];
      collector.collectMetric('m', i, null, Object.fromEntries(turned.map((key) => [key, 'x'])));
    }
    expect(await collect(0)).toHaveLength(1);
    for (let i = 0; i < 21_000; i += 1) collector.collectMetric('m', i, null, { i });
    collector.collectMetric('m', -1, null, { i: 0 });
    const points = await collect(1);
    expect(points.filter((point) => point.includes('otel.metric.overflow'))).toHaveLength(1);
    expect(points).toContain('m [["i",0]] -1');
    expect(points).toHaveLength(2_000);
    expect(collector.health().notRecorded.cardinality_overflow).toBe(21_000 - 1_998);
  });
});
