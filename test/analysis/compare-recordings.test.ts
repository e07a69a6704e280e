import { describe, expect, it } from '@jest/globals';
import { EventType, TelemetryEvent, TelemetryMetric } from 'rimp-telemetry';
import { RecordingComparer } from '../../src/analysis/compare-recordings.js';

/** Values around a mean that never repeat, the same in every run. */
function around(mean: number, count: number, seed: number): number[] {
  return Array.from({ length: count }, (_, i) => mean * (0.8 + 0.4 * ((i * 0.618034 + seed * 0.31) % 1)));
}

describe('two recordings', () => {
  it('differ in patterns that are new, gone, or of other counts', () => {
    const comparer = new RecordingComparer();
    const add = (message: string, recording: 0 | 1, eventType: EventType = EventType.INFO): void =>
      comparer.add(new TelemetryEvent({ source: 's', message, eventType }), recording);
    for (let i = 0; i < 5; i += 1) add(`order ${i} stored`, 0);
    for (let i = 0; i < 9; i += 1) add(`order ${i} stored`, 1);
    add('cache cold', 0);
    add('timeout after 30s', 1, EventType.ERROR);
    add('timeout after 31s', 1, EventType.ERROR);
    const { patterns, events } = comparer.result();
    expect(patterns.map(({ pattern, status, counts }) => [pattern, status, ...counts])).toEqual([
      ['timeout after <num>s', 'new', 0, 2],
      ['cache cold', 'gone', 1, 0],
      ['order <num> stored', 'both', 5, 9],
    ]);
    expect(events).toEqual([6, 11]);
  });

  it('differ in metrics that moved, and say how sure that is', () => {
    const comparer = new RecordingComparer();
    const add = (name: string, values: readonly number[], recording: 0 | 1): void => {
      for (const value of values) comparer.add(new TelemetryMetric({ name, value, unit: 'ms' }), recording);
    };
    add('moved', around(100, 200, 0), 0);
    add('moved', around(130, 200, 1), 1);
    add('same', around(100, 200, 0), 0);
    add('same', around(100, 200, 1), 1);
    add('few', [1, 2], 0);
    add('few', [3, 4], 1);
    add('gone', [1], 0);
    add('large', around(100, 1_500, 0), 0);
    add('large', around(150, 100, 1), 1);
    const byName = new Map(comparer.result().metrics.map((metric) => [metric.name, metric]));
    expect([...byName].map(([name, { status, accuracy }]) => [name, status, accuracy])).toEqual([
      ['few', 'both', 'exact'],
      ['gone', 'gone', 'exact'],
      ['large', 'both', 'sketch'],
      ['moved', 'both', 'exact'],
      ['same', 'both', 'exact'],
    ]);
    const [median, p95] = byName.get('moved')?.shifts ?? [];
    expect(median).toMatchObject({ figure: 'median' });
    expect(median?.change).toBeCloseTo(0.3, 1);
    expect(median?.p).toBeLessThan(0.001);
    expect(p95).toMatchObject({ figure: 'p95' });
    expect(p95?.p).toBeLessThan(0.001);
    for (const { p } of byName.get('same')?.shifts ?? []) expect(p).toBeGreaterThan(0.1);
    for (const { p } of byName.get('large')?.shifts ?? []) expect(p).toBeLessThan(0.001);
    expect(byName.get('few')?.shifts.map(({ p }) => p)).toEqual([undefined, undefined]);
    expect(byName.get('gone')?.shifts).toEqual([]);
  });

  it('with many metrics that are the same are not sure of a difference by chance alone', () => {
    const comparer = new RecordingComparer();
    for (let i = 0; i < 100; i += 1) {
      for (const recording of [0, 1] as const)
        for (let j = 0; j < 40; j += 1) {
          // a hash as noise
          const value = (Math.imul(i * 4_001 + j * 97 + recording * 31_337 + 1, 2_654_435_761) >>> 8) % 1_000;
          comparer.add(new TelemetryMetric({ name: `metric.${i}`, value }), recording);
        }
    }
    const shifts = comparer.result().metrics.flatMap((metric) => metric.shifts);
    expect(shifts.filter(({ p }) => p !== undefined).length).toBeGreaterThanOrEqual(100);
    expect(shifts.filter(({ p = 1 }) => p < 0.05)).toEqual([]);
  });

  it('of histograms are compared by their buckets', () => {
    const comparer = new RecordingComparer();
    const add = (counts: readonly number[], recording: 0 | 1): void => {
      const count = counts.reduce((sum, one) => sum + one, 0);
      const histogram = { count, buckets: { boundaries: [10, 20], counts } };
      const otel = { kind: 'histogram', temporality: 'delta', instrument: 'h', histogram } as const;
      comparer.add(new TelemetryMetric({ name: 'h.count', value: count, otel }), recording);
    };
    add([50, 50, 0], 0);
    add([10, 50, 40], 1);
    const [metric] = comparer.result().metrics;
    expect(metric).toMatchObject({ name: 'h', form: 'histogram', accuracy: 'estimated', counts: [100, 100] });
    expect(metric?.shifts[0]?.p).toBeLessThan(0.001);
    expect(metric?.shifts[1]?.p).toBeUndefined();
  });
});
