import { describe, expect, it } from '@jest/globals';
import { TelemetryData, TelemetryEvent, TelemetryMetric, type TelemetryStorage } from 'rimp-telemetry';

const event = (message: string, millis = 0) =>
  new TelemetryEvent({
    eventId: `e-${message}`,
    timestamp: new Date(millis),
    source: 's',
    message,
    metadata: { n: 1 },
  });
const metric = (name: string, millis = 0) =>
  new TelemetryMetric({
    metricId: `m-${name}`,
    timestamp: new Date(millis),
    name,
    value: 1,
    unit: 'ms',
    tags: { k: 'v' },
  });
const names = async (storage: TelemetryStorage, query?: Parameters<TelemetryStorage['scan']>[0]): Promise<string[]> => {
  const found: string[] = [];
  for await (const item of storage.scan(query)) found.push(item instanceof TelemetryEvent ? item.message : item.name);
  return found;
};

/** What every storage promises. */
export function storageContract(name: string, make: () => Promise<TelemetryStorage>): void {
  describe(`${name} keeps the contract of storages:`, () => {
    it('is empty at first', async () => {
      const storage = await make();
      expect((await storage.retrieve()).isEmpty).toBe(true);
      await storage.close();
    });

    it('gives back what it was given, both kinds', async () => {
      const storage = await make();
      const data = new TelemetryData({ events: [event('a', 5)], metrics: [metric('b', 6)] });
      await storage.store(data);
      const back = await storage.retrieve();
      expect(back).toBeInstanceOf(TelemetryData);
      expect(back.events[0]).toBeInstanceOf(TelemetryEvent);
      expect(JSON.parse(JSON.stringify(back))).toEqual(JSON.parse(JSON.stringify(data)));
      await storage.close();
    });

    it('keeps the order of arrival, events before metrics within a batch, and reverses it', async () => {
      const storage = await make();
      await storage.store(new TelemetryData({ events: [event('1', 9), event('2', 1)], metrics: [metric('3', 5)] }));
      await storage.store(new TelemetryData({ events: [event('4', 3)] }));
      expect(await names(storage)).toEqual(['1', '2', '3', '4']);
      expect(await names(storage, { order: 'desc' })).toEqual(['4', '3', '2', '1']);
      await storage.close();
    });

    it('limits both kinds together, in the order asked for', async () => {
      const storage = await make();
      await storage.store(new TelemetryData({ events: [event('1'), event('2')], metrics: [metric('3')] }));
      expect(await names(storage, { limit: 2 })).toEqual(['1', '2']);
      expect(await names(storage, { limit: 2, order: 'desc' })).toEqual(['3', '2']);
      expect(await names(storage, { limit: 0 })).toEqual([]);
      await storage.close();
    });

    it('takes both ends of a time range in', async () => {
      const storage = await make();
      await storage.store(
        new TelemetryData({ events: [10, 20, 30, 40].map((millis) => event(String(millis), millis)) }),
      );
      expect(await names(storage, { startTime: new Date(20), endTime: new Date(30) })).toEqual(['20', '30']);
      expect(await names(storage, { startTime: new Date(31) })).toEqual(['40']);
      expect(await names(storage, { endTime: new Date(10), limit: 5 })).toEqual(['10']);
      await storage.close();
    });

    it('refuses a query that is none, and says why', async () => {
      const storage = await make();
      await expect(storage.retrieve({ limit: -1 })).rejects.toThrow(/"limit" to be a whole number from 0 on, got -1/);
      await expect(storage.retrieve({ startTime: new Date(Number.NaN) })).rejects.toThrow(/"startTime".*invalid Date/);
      await expect(storage.retrieve({ startTiem: new Date() } as object)).rejects.toThrow(/did you mean "startTime"/);
      await storage.close();
    });

    it('can be emptied, and goes on', async () => {
      const storage = await make();
      await storage.store(new TelemetryData({ events: [event('1')] }));
      await storage.clear();
      expect(await names(storage)).toEqual([]);
      await storage.store(new TelemetryData({ events: [event('2')] }));
      expect(await names(storage)).toEqual(['2']);
      await storage.close();
      await storage.close();
    });
  });
}
