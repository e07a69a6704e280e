import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createOtlpReceiver, startTelemetry, TelemetryCollector } from 'rimp-telemetry';
import { lowest } from '../helpers/generations.js';
import { expectBalance } from '../helpers/ledger.js';
import { otelcolProgram, startOtelcol } from '../helpers/otelcol.js';
import { closeSinks, jsonRecords, otlpSink } from '../helpers/otlp-sink.js';
import { until } from '../helpers/until.js';

const here = otelcolProgram() !== undefined;
if (!here) process.stderr.write('SKIPPED: there is no OpenTelemetry Collector here (set OTELCOL to its program)\n');

afterEach(closeSinks);

interface JsonMetrics {
  resourceMetrics: { scopeMetrics: { scope: { name: string }; metrics: { name: string; unit?: string }[] }[] }[];
}

// of the repository, or of the installed package
const config = ['.', 'node_modules/rimp-telemetry']
  .map((directory) => join(directory, 'examples', 'collector.yaml'))
  .find((path) => existsSync(path));

(here ? describe : describe.skip)('a real OpenTelemetry Collector', () => {
  it('as examples/collector.yaml sets it up passes on to a receiver, and errors back to the queue', async () => {
    const received = new TelemetryCollector();
    const receiver = await createOtlpReceiver({ collector: received, port: 0 });
    const otelcol = await startOtelcol(receiver.url, { config: config ?? 'examples/collector.yaml is missing' });
    const directory = mkdtempSync(join(tmpdir(), 'rimp-queue-'));
    const telemetry = startTelemetry({ register: false, otlp: { endpoint: otelcol.url, queue: { directory } } });
    const delivered = (): number => telemetry.collector.health().sinks['otlp-logs']?.delivered ?? 0;
    for (let i = 0; i < 1_000; i += 1) telemetry.collector.collectEvent('shop', `event ${i}`);
    await until(() => delivered() === 1_000);
    await receiver.shutdown();
    telemetry.collector.collectEvent('shop', 'while the back end is away');
    await telemetry.forceFlush();
    expect([delivered(), telemetry.collector.health().sinks['otlp-logs']?.queued]).toEqual([1_000, 1]);
    const again = await createOtlpReceiver({ collector: received, port: receiver.port });
    await until(async () => {
      await telemetry.forceFlush();
      return delivered() === 1_001;
    });
    expect((await received.storage.retrieve()).events.length).toBe(1_001);
    await telemetry.shutdown();
    await otelcol.stop();
    await again.shutdown();
    await received.shutdown();
    rmSync(directory, { recursive: true, force: true });
  }, 60_000);

  it.each(['http/protobuf', 'http/json'] as const)(
    'takes all that is collected over %s, and hands on what it understood',
    async (protocol) => {
      const sink = await otlpSink();
      const collector = await startOtelcol(sink.url);
      const telemetry = startTelemetry({
        serviceName: 'shop',
        register: false,
        otlp: { endpoint: collector.url, protocol, compression: 'gzip' },
      });
      const ids = new Set<string>();
      for (let i = 0; i < 5_000; i += 1) {
        const event = telemetry.collector.collectEvent(`source-${i % 7}`, `event ${i}`, 'warning', {
          i,
          text: 'é\u{1F600}',
          list: ['a', 'b'],
          // the lowest version of the SDK takes no list of several types
          ...(!lowest && { mixed: [1, 'a', null] }),
          deep: { x: { y: true } },
          '': 'odd key',
        });
        if (event) ids.add(event.eventId);
      }
      telemetry.collector.collectMetric('checkout.time', 45.2, 'milliseconds', { route: '/' });
      const { complete, errors } = await telemetry.shutdown();
      expect({ complete, errors }).toEqual({ complete: true, errors: [] });
      expectBalance(telemetry.collector);
      await collector.stop();
      const records = jsonRecords(sink.requests);
      expect(records.length).toBe(5_000);
      for (const { record } of records) {
        const attributes = record.attributes as { key: string; value: { stringValue?: string } }[];
        ids.delete(attributes.find(({ key }) => key === 'log.record.uid')?.value.stringValue ?? '');
        expect(record).toMatchObject({ severityNumber: 13, severityText: 'WARNING' });
      }
      expect(ids.size).toBe(0);
      expect(new Set(records.map(({ scope }) => scope)).size).toBe(7);
      const first = records.find(({ record }) => (record.body as { stringValue: string }).stringValue === 'event 1');
      expect(first?.record.attributes).toEqual(
        expect.arrayContaining([
          { key: 'i', value: { intValue: '1' } },
          { key: 'text', value: { stringValue: 'é\u{1F600}' } },
          { key: 'list', value: { arrayValue: { values: [{ stringValue: 'a' }, { stringValue: 'b' }] } } },
          ...(lowest
            ? []
            : [{ key: 'mixed', value: { arrayValue: { values: [{ intValue: '1' }, { stringValue: 'a' }, {}] } } }]),
        ]),
      );
      const metrics = sink.requests
        .filter(({ path }) => path === '/v1/metrics')
        .flatMap(({ body }) => (JSON.parse(body.toString()) as JsonMetrics).resourceMetrics)
        .flatMap(({ scopeMetrics }) => scopeMetrics)
        .flatMap(({ scope, metrics: of }) => of.map(({ name, unit }) => ({ scope: scope.name, name, unit })));
      expect(metrics).toEqual([{ scope: 'rimp', name: 'checkout.time', unit: 'ms' }]);
    },
    60_000,
  );
});
