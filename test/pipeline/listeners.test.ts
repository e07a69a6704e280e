import { describe, expect, it } from '@jest/globals';
import { TelemetryCollector, type TelemetryData } from 'rimp-telemetry';

describe('listeners', () => {
  it('calls listeners with each item alone, while it is collected; what they throw reaches nobody', async () => {
    const collector = new TelemetryCollector();
    const heard: number[] = [];
    collector.addListener(() => {
      throw new Error('listener');
    });
    collector.addListener(async () => {
      throw new Error('listener');
    });
    const remove = collector.addListener((data: TelemetryData) => {
      heard.push(data.size);
    });
    collector.collectEvent('a', '1');
    collector.collectMetric('m', 1);
    expect(heard).toEqual([1, 1]);
    remove();
    collector.collectEvent('a', '2');
    await new Promise((resolve) => setImmediate(resolve));
    expect(heard.length).toBe(2);
    expect(collector.health().listenerErrors).toBe(6);
  });

  it('lets listeners collect themselves, to a depth of 8', () => {
    const collector = new TelemetryCollector();
    let heard = 0;
    collector.addListener(() => {
      heard += 1;
      collector.collectEvent('listener', 'again');
    });
    collector.collectEvent('a', 'first');
    expect(heard).toBe(8);
    expect(collector.health()).toMatchObject({ accepted: 9, listenerDepthExceeded: 1 });
  });

  it('calls no listener if realtimeMode is off', () => {
    const collector = new TelemetryCollector({ realtimeMode: false });
    let heard = 0;
    collector.addListener(() => {
      heard += 1;
    });
    collector.collectEvent('a', 'b');
    expect(heard).toBe(0);
  });
});
