import { describe, expect, it } from '@jest/globals';
import { LoggerProvider, type LogRecordProcessor } from '@opentelemetry/sdk-logs';
import { RimpLogRecordProcessor, TelemetryCollector } from 'rimp-telemetry';
import { expectBalance } from '../helpers/ledger.js';
import { attached, processor } from '../helpers/sdk.js';

type Emitted = Parameters<LogRecordProcessor['onEmit']>[0];

function redactTexts(attributes: Record<string, unknown>): void {
  for (const [key, value] of Object.entries(attributes)) if (typeof value === 'string') attributes[key] = '[REDACTED]';
}

const redacting = (): LogRecordProcessor =>
  processor((record) => redactTexts(record.attributes as Record<string, unknown>));

/** A copy of a record in which nothing is the same object. */
function copyOf(record: Emitted): Emitted {
  const { body, severityNumber, severityText, hrTime, hrTimeObserved, resource, instrumentationScope } = record;
  return {
    body,
    severityNumber,
    severityText,
    resource,
    hrTime: [...hrTime],
    hrTimeObserved: [...hrTimeObserved],
    instrumentationScope: { ...instrumentationScope },
    attributes: { ...record.attributes },
  } as unknown as Emitted;
}

describe('a processor before ours that replaces every attribute that is text', () => {
  it.each([false, true])('has each event taken once, redacted, with its own id (keepFiltered: %s)', (keepFiltered) => {
    const { collector } = attached({}, { keepFiltered, maxScopes: 2, before: [redacting()] });
    const given = [
      collector.collectEvent('shop', 'order', 'info', { card: '4111', amount: 3 }),
      collector.collectEvent('shop', 'order', 'info', { nested: { a: 1 } }),
      collector.collectEvent('shop', 'failed', 'error', { error: new Error('secret') }),
      collector.collectEvent('shop', 'plain', 'info', { 'rimp.source': 'secret' }),
      collector.collectEvent('second', 'order'),
    ];
    const { events } = collector.flush();
    expect(events.map(({ eventId }) => eventId)).toEqual(given.map((event) => event?.eventId));
    expect(events.map(({ message }) => message)).toEqual(['order', 'order', 'failed', 'plain', 'order']);
    expect(events[0]?.metadata).toEqual({ card: '[REDACTED]', amount: 3 });
    expect(events[2]?.metadata).toEqual({
      error: { name: '[REDACTED]', message: '[REDACTED]', stack: '[REDACTED]' },
    });
    expect(JSON.stringify(events.map(({ metadata }) => metadata))).not.toContain('secret');
    expect(collector.health()).toMatchObject({ accepted: 5, dropped: {} });
    expectBalance(collector);
  });

  it('redacts the source of an event that travels as an attribute', () => {
    const { collector } = attached({}, { maxScopes: 1, before: [redacting()] });
    for (const source of ['first', 'jane@example.org']) collector.collectEvent(source, 'x');
    expect(collector.flush().events.map(({ source }) => source)).toEqual(['first', '[REDACTED]']);
  });

  it('has an event taken once if it hands on a copy of the record', () => {
    const collector = new TelemetryCollector();
    const ours = new RimpLogRecordProcessor(collector);
    const copying = processor((record) => {
      const copy = copyOf(record);
      redactTexts(copy.attributes as Record<string, unknown>);
      ours.onEmit(copy as never);
    });
    collector.useProviders({ loggerProvider: new LoggerProvider({ processors: [copying] }) });
    const given = collector.collectEvent('shop', 'order', 'info', { card: '4111' });
    const { events } = collector.flush();
    expect(events).toMatchObject([{ eventId: given?.eventId, metadata: { card: '[REDACTED]' } }]);
  });

  it('has an event taken once if it hands the record on later', () => {
    const collector = new TelemetryCollector();
    const ours = new RimpLogRecordProcessor(collector);
    const later: Emitted[] = [];
    const deferring = processor((record) => {
      redactTexts(record.attributes as Record<string, unknown>);
      later.push(record);
    });
    collector.useProviders({ loggerProvider: new LoggerProvider({ processors: [deferring] }) });
    const given = ['one', 'two'].map((message) => collector.collectEvent('shop', message));
    for (const record of later) ours.onEmit(record as never);
    expect(collector.flush().events.map(({ eventId }) => eventId)).toEqual(given.map((event) => event?.eventId));
    expectBalance(collector);
  });
});

describe("records of another collector's events", () => {
  const idsBehind = async (before: LogRecordProcessor[], logRecordLimits = {}) => {
    const hears = new TelemetryCollector();
    const emits = new TelemetryCollector();
    const processors = [...before, new RimpLogRecordProcessor(hears), new RimpLogRecordProcessor(emits)];
    emits.useProviders({ loggerProvider: new LoggerProvider({ processors, logRecordLimits }) });
    for (let i = 0; i < 5; i += 1) emits.collectEvent('shop', `order ${i}`);
    const ids = hears.flush().events.map(({ eventId }) => eventId);
    await Promise.all([hears.shutdown(), emits.shutdown()]);
    return ids;
  };

  it('have ids of their own if theirs were redacted, or cut by a limit of the provider', async () => {
    expect(new Set(await idsBehind([redacting()])).size).toBe(5);
    expect(new Set(await idsBehind([], { attributeValueLengthLimit: 4 })).size).toBe(5);
  });
});

describe('a record that a processor emits while an event is emitted', () => {
  it.each([
    ['without an id', 'shop', {}],
    ['with an id of its own', 'shop', { 'log.record.uid': 'own' }],
    ['in another scope', 'audit', {}],
  ])('is an event of its own, at the same time, %s', (_name, scope, attributes) => {
    const { collector, loggerProvider } = attached(
      {},
      {
        before: [
          processor((record) => {
            if (record.body !== 'order') return;
            const { hrTime } = record;
            const timestamp: [number, number] = scope === 'shop' ? [hrTime[0], hrTime[1]] : hrTime;
            loggerProvider.getLogger(scope).emit({ body: 'seen', timestamp, attributes });
          }),
          redacting(),
        ],
      },
    );
    const given = collector.collectEvent('shop', 'order', 'info', { card: '4111' });
    const { events } = collector.flush();
    expect(events.map(({ source, message }) => `${source} ${message}`)).toEqual([`${scope} seen`, 'shop order']);
    expect(events[1]).toMatchObject({ eventId: given?.eventId, metadata: { card: '[REDACTED]' } });
    expect(collector.health().accepted).toBe(2);
  });
});
