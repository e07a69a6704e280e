import { describe, expect, it } from '@jest/globals';
import { LoggerProvider } from '@opentelemetry/sdk-logs';
import { RimpLogRecordProcessor, TelemetryCollector } from 'rimp-telemetry';
import { expectBalance } from '../helpers/ledger.js';

describe('a provider that limits the length of attributes', () => {
  it.each([1, 4, 10, 35, 36])('has each event taken once, with its own id, if the limit is %i', async (limit) => {
    for (const keepFiltered of [false, true]) {
      const collector = new TelemetryCollector({}, { keepFiltered, maxScopes: 2 });
      const loggerProvider = new LoggerProvider({
        logRecordLimits: { attributeValueLengthLimit: limit },
        processors: [new RimpLogRecordProcessor(collector)],
      });
      collector.useProviders({ loggerProvider });
      const events = [
        ...[undefined, { a: 1 }, { a: { b: 'c' } }].map((metadata) =>
          collector.collectEvent('shop', 'order', 'info', metadata),
        ),
        ...['one', 'two', 'three'].map((source) => collector.collectEvent(source, 'order')),
      ];
      await collector.forceFlush();
      const kept = await collector.storage.retrieve();
      expect(kept.events.map(({ eventId }) => eventId)).toEqual(events.map((event) => event?.eventId));
      expect(collector.health()).toMatchObject({ accepted: events.length, delivered: events.length, dropped: {} });
      expectBalance(collector);
      await collector.shutdown();
    }
  });

  it('has the records of others taken that are emitted meanwhile, whatever their id', async () => {
    const collector = new TelemetryCollector();
    const loggerProvider: LoggerProvider = new LoggerProvider({
      logRecordLimits: { attributeValueLengthLimit: 10 },
      processors: [
        {
          onEmit: ({ body }) => {
            if (body === 'order')
              loggerProvider.getLogger('audit').emit({ body: 'audit', attributes: { 'log.record.uid': 'x1' } });
          },
          forceFlush: () => Promise.resolve(),
          shutdown: () => Promise.resolve(),
        },
        new RimpLogRecordProcessor(collector),
      ],
    });
    collector.useProviders({ loggerProvider });
    collector.collectEvent('shop', 'order');
    await collector.forceFlush();
    const { events } = await collector.storage.retrieve();
    expect(events.map(({ message }) => message)).toEqual(['audit', 'order']);
    await collector.shutdown();
  });
});
