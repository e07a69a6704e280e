import { afterEach, expect, it } from '@jest/globals';
import { startTelemetry } from 'rimp-telemetry';
import { newDirectory } from '../../helpers/durable-export.js';
import { closeSinks, otlpSink } from '../../helpers/otlp-sink.js';

afterEach(closeSinks);

it.each([
  ['forceFlush', {}],
  ['shutdown', {}],
  ['shutdown', { queue: { directory: newDirectory() } }],
] as const)('a callback that never ends leaves %s its time, and all else is exported: %j', async (end, options) => {
  const sink = await otlpSink();
  const telemetry = startTelemetry({
    register: false,
    otlp: { endpoint: sink.url, protocol: 'http/json', ...options },
  });
  const meter = telemetry.meterProvider.getMeter('shop');
  meter.createObservableGauge('hanging').addCallback(() => new Promise(() => undefined));
  meter.createCounter('sales').add(1);
  expect(await telemetry[end]({ timeoutMillis: 2_000 })).toEqual({ complete: true, errors: [] });
  const metrics = sink.requests.filter(({ path }) => path === '/v1/metrics').map(({ body }) => body.toString());
  expect(metrics.join('')).toContain('"sales"');
  await telemetry.shutdown({ timeoutMillis: 1_000 });
});
