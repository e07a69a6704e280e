import { afterEach, describe, expect, it } from '@jest/globals';
import { context, metrics } from '@opentelemetry/api';
import { LoggerProvider } from '@opentelemetry/sdk-logs';
import { RimpLogRecordProcessor, TelemetryCollector } from 'rimp-telemetry';
import { ManualClock } from '../helpers/clock.js';
import { lowest } from '../helpers/generations.js';
import { logs } from '../helpers/logs-api.js';
import { attached, processor } from '../helpers/sdk.js';

afterEach(() => {
  logs.disable();
  metrics.disable();
  context.disable();
});

describe("anybody's log records", () => {
  it('makes an event of a log record that anybody emits', () => {
    const { collector, loggerProvider } = attached();
    const logger = loggerProvider.getLogger('lib', '2.0');
    logger.emit({
      severityNumber: 21,
      body: 'fatal',
      attributes: { a: { b: [true] }, ...(!lowest && { mixed: [1, { b: true }] }) },
      timestamp: [1_700_000_000, 123_456_789],
    });
    logger.emit({ body: { k: 1 }, severityText: 'warn' });
    logger.emit({ attributes: { 'exception.message': 'boom', 'exception.type': 'E' } });
    logger.emit({ eventName: 'user.login', severityNumber: 3 });
    const { events } = collector.flush();
    expect(events.map(({ eventType, message, source }) => [eventType, message, source])).toEqual([
      ['error', 'fatal', 'lib'],
      ['warning', '{"k":1}', 'lib'],
      ['error', 'boom', 'lib'],
      ['debug', lowest ? '' : 'user.login', 'lib'],
    ]);
    expect(events[0]?.otel).toMatchObject({
      severityNumber: 21,
      scopeVersion: '2.0',
      timeUnixNano: '1700000000123456789',
    });
    expect(events[0]?.timestamp.getTime()).toBe(1_700_000_000_123);
    expect(events[0]?.metadata).toEqual({ a: { b: [true] }, ...(!lowest && { mixed: [1, { b: true }] }) });
  });

  it('takes no log record for a collector that is disabled', async () => {
    const clock = new ManualClock();
    const { collector, loggerProvider, meterProvider } = attached({ enabled: false }, { clock });
    loggerProvider.getLogger('lib').emit({ body: 'x' });
    meterProvider.getMeter('lib').createCounter('c').add(1);
    await meterProvider.forceFlush();
    expect(clock.pending).toBe(0);
    expect(collector.health().accepted).toBe(0);
  });

  it('delivers a log record once if two processors of one collector are on a provider, and those of other collectors', () => {
    const collector = new TelemetryCollector();
    const loggerProvider = new LoggerProvider({
      processors: [new RimpLogRecordProcessor(collector), new RimpLogRecordProcessor(collector)],
    });
    collector.useProviders({ loggerProvider });
    loggerProvider.getLogger('lib').emit({ body: 'foreign' });
    collector.collectEvent('own', 'own');
    new TelemetryCollector({}, { loggerProvider }).collectEvent('other', 'other');
    expect(collector.flush().events.map(({ source }) => source)).toEqual(['lib', 'own', 'other']);
  });

  it('distinguishes the event in flight from a record that a processor emits itself', () => {
    let nested = false;
    const { collector, loggerProvider } = attached(
      {},
      {
        before: [
          processor(() => {
            if (nested) return;
            nested = true;
            loggerProvider.getLogger('audit').emit({ body: 'seen' });
          }),
        ],
      },
    );
    collector.collectEvent('app', 'first');
    expect(collector.flush().events.map(({ source, message }) => `${source} ${message}`)).toEqual([
      'audit seen',
      'app first',
    ]);
  });
});
