import { afterEach, describe, expect, it } from '@jest/globals';
import * as logsExporter from '@opentelemetry/exporter-logs-otlp-http';
import * as metricsExporter from '@opentelemetry/exporter-metrics-otlp-http';
import { type StartedTelemetry, startTelemetry } from 'rimp-telemetry';
import { newDirectory } from '../../helpers/durable-export.js';
import { expectBalance } from '../../helpers/ledger.js';
import { closeSinks, otlpSink } from '../../helpers/otlp-sink.js';

const ends: (() => unknown)[] = [];

afterEach(async () => {
  await Promise.all(ends.splice(0).map((end) => end()));
  await closeSinks();
});

/** What is counted of one event and one metric that are sent to an endpoint which answers so. */
async function lostBy(status: number, options: object, modules = {}) {
  const sink = await otlpSink(() => status);
  const telemetry: StartedTelemetry = startTelemetry({
    register: false,
    otlp: { endpoint: sink.url, timeoutMillis: 300, ...options },
    modules,
  });
  ends.push(() => telemetry.shutdown({ timeoutMillis: 500 }));
  telemetry.collector.collectEvent('shop', 'order');
  telemetry.collector.collectMetric('orders', 1);
  await telemetry.forceFlush({ timeoutMillis: 5_000 });
  expectBalance(telemetry.collector);
  const { sinks } = telemetry.collector.health();
  return { logs: sinks['otlp-logs']?.dropped, metrics: sinks['otlp-metrics']?.dropped };
}

describe('an answer after which a request must not be sent again', () => {
  it.each([400, 401, 403, 404, 405, 415, 500, 501])(
    'is the reason "refused" from memory, from a queue on disk and from exporters of the application: %i',
    async (status) => {
      const refused = { logs: { refused: 1 }, metrics: { refused: 1 } };
      expect(await lostBy(status, {})).toEqual(refused);
      expect(await lostBy(status, { queue: { directory: newDirectory() } })).toEqual(refused);
      expect(await lostBy(status, {}, { logsExporter, metricsExporter })).toEqual(refused);
    },
  );

  it('is the reason "too_large" from memory and from a queue on disk if one item alone is too large: 413', async () => {
    const tooLarge = { logs: { too_large: 1 }, metrics: { too_large: 1 } };
    expect(await lostBy(413, {})).toEqual(tooLarge);
    expect(await lostBy(413, { queue: { directory: newDirectory() } })).toEqual(tooLarge);
  });
});

describe('an answer after which a request may be sent again', () => {
  it.each([429, 502, 503, 504])(
    'is the reason "export_failed" from memory, and waits in a queue on disk: %i',
    async (status) => {
      expect(await lostBy(status, {})).toEqual({ logs: { export_failed: 1 }, metrics: { export_failed: 1 } });
      expect(await lostBy(status, { queue: { directory: newDirectory() } })).toEqual({ logs: {}, metrics: {} });
    },
  );
});
