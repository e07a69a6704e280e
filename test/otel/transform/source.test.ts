import { describe, expect, it } from '@jest/globals';
import { isInstrumentation, sourceOf } from '../../../src/otel/transform/source.js';
import { attached, processor } from '../../helpers/sdk.js';

describe('the source of a record', () => {
  it.each([
    ['@opentelemetry/instrumentation-pino', { name: 'orders' }, 'orders'],
    ['@opentelemetry/instrumentation-bunyan', { name: 'orders' }, 'orders'],
    ['@opentelemetry/instrumentation-pino', { name: '' }, 'shop'],
    ['@opentelemetry/instrumentation-pino', { name: 5 }, 'shop'],
    ['@opentelemetry/instrumentation-pino', undefined, 'shop'],
    ['@opentelemetry/winston-transport', { name: 'Bob' }, 'shop'],
    ['@opentelemetry/winston-transport', { label: 'orders' }, 'orders'],
    ['@acme/instrumentation-log4js', { 'logger.name': 'orders', name: 'x' }, 'orders'],
    ['pino-opentelemetry-transport', { name: 'orders' }, 'orders'],
    ['opentelemetry.instrumentation.logging', { logger_name: 'orders' }, 'orders'],
    ['io.opentelemetry.logback', {}, 'shop'],
    ['orders', { name: 'other' }, 'orders'],
    ['instrument', { name: 'other' }, 'instrument'],
    [undefined, { name: 'other' }, 'shop'],
  ])('with the scope %s and %j is %s', (scope, attributes, source) => {
    expect(sourceOf(scope, attributes, { 'service.name': 'shop' })).toBe(source);
  });

  it('takes the scope as the source of a record if nothing else is known', () => {
    expect(sourceOf('@opentelemetry/instrumentation-pino', {}, undefined)).toBe('@opentelemetry/instrumentation-pino');
    expect(sourceOf(undefined, {}, undefined)).toBe('unknown');
    expect(['opentelemetry', 'my-opentelemetry-app', 'a.instrumentation-b'].filter(isInstrumentation)).toEqual([]);
  });

  it('leaves the name of the logger among the metadata, and the scope in otel', () => {
    const { collector, loggerProvider } = attached();
    loggerProvider.getLogger('@opentelemetry/instrumentation-pino', '0.6').emit({
      body: 'sold',
      attributes: { name: 'orders', n: 1 },
    });
    expect(collector.flush().events[0]).toMatchObject({
      source: 'orders',
      message: 'sold',
      metadata: { name: 'orders', n: 1 },
      otel: { scopeName: '@opentelemetry/instrumentation-pino', scopeVersion: '0.6' },
    });
  });

  it('keeps the source of an event of the facade as it was given, whatever it looks like', () => {
    const { collector } = attached({}, { before: [processor((record) => record.setAttribute('added', 1))] });
    collector.collectEvent('@opentelemetry/instrumentation-pino', 'm', 'info', { 'rimp.source': 'mine', a: 1 });
    expect(collector.flush().events[0]).toMatchObject({
      source: '@opentelemetry/instrumentation-pino',
      metadata: { 'rimp.source': 'mine', a: 1, added: 1 },
    });
  });
});
