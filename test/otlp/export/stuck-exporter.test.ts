import { afterEach, describe, expect, it } from '@jest/globals';
import { type StartedTelemetry, startTelemetry } from 'rimp-telemetry';
import { expectBalance } from '../../helpers/ledger.js';
import { until } from '../../helpers/until.js';

const environment = { ...process.env };
const started: StartedTelemetry[] = [];

afterEach(async () => {
  process.env = { ...environment };
  await Promise.all(started.splice(0).map((telemetry) => telemetry.shutdown({ timeoutMillis: 200 })));
});

type Done = (result?: { readonly code: number }) => void;
type Export = (items: unknown, done: Done) => unknown;

/** What exporters do wrong, and nothing comes of the export. */
const WRONG: Readonly<Record<string, Export>> = {
  'never calls back': () => undefined,
  throws: () => {
    throw new Error('broken');
  },
  rejects: () => Promise.reject(new Error('broken')),
  'calls back with nothing': (_items, done) => done(),
  'calls back with a failure and no reason': (_items, done) => done({ code: 1 }),
  'calls back twice': (_items, done) => {
    done({ code: 1 });
    done({ code: 0 });
  },
};

/** A set-up whose exporters are wrong the first time, and right from then on. */
function start(wrong: Export, forceFlush: () => Promise<void> = () => Promise.resolve()) {
  Object.assign(process.env, {
    OTEL_BLRP_EXPORT_TIMEOUT: '200',
    OTEL_METRIC_EXPORT_TIMEOUT: '200',
    OTEL_BLRP_MAX_EXPORT_BATCH_SIZE: '10',
  });
  class Exporter {
    #isFirst = true;
    export(items: unknown, done: Done): unknown {
      const isFirst = this.#isFirst;
      this.#isFirst = false;
      return isFirst ? wrong(items, done) : done({ code: 0 });
    }
    forceFlush = forceFlush;
    shutdown = forceFlush;
  }
  const telemetry = startTelemetry({
    register: false,
    otlp: { endpoint: 'http://127.0.0.1:9' },
    modules: { logsExporter: { OTLPLogExporter: Exporter }, metricsExporter: { OTLPMetricExporter: Exporter } },
  });
  started.push(telemetry);
  return telemetry;
}

describe('an exporter of the application', () => {
  it.each(Object.entries(WRONG))('that %s costs that export alone, which is counted', async (_name, wrong) => {
    const telemetry = start(wrong);
    const { collector, meterProvider } = telemetry;
    for (let i = 0; i < 20; i += 1) collector.collectEvent('shop', `event ${i}`);
    meterProvider.getMeter('shop').createCounter('sales').add(1);
    await telemetry.forceFlush({ timeoutMillis: 5_000 });
    const { sinks } = collector.health();
    const half = { accepted: 20, delivered: 10, queued: 0, dropped: { export_failed: 10 } };
    expect(sinks['otlp-logs']).toEqual(half);
    expect(sinks['otlp-metrics']).toEqual({ accepted: 1, delivered: 0, queued: 0, dropped: { export_failed: 1 } });
    await telemetry.forceFlush({ timeoutMillis: 5_000 });
    expect(collector.health().sinks['otlp-metrics']).toMatchObject({ accepted: 2, delivered: 1, queued: 0 });
    expectBalance(collector);
  });

  it.each([
    ['rejects', () => Promise.reject(new Error('broken'))],
    ['never ends', () => new Promise<void>(() => undefined)],
    [
      'throws',
      () => {
        throw new Error('broken');
      },
    ],
  ])('whose forceFlush and shutdown %s loses nothing, and holds up nobody', async (_name, forceFlush) => {
    const telemetry = start((_items, done) => done({ code: 0 }), forceFlush);
    for (let i = 0; i < 20; i += 1) telemetry.collector.collectEvent('shop', `event ${i}`);
    await telemetry.forceFlush({ timeoutMillis: 5_000 });
    await until(() => telemetry.collector.health().sinks['otlp-logs']?.delivered === 20);
    const before = performance.now();
    await telemetry.shutdown({ timeoutMillis: 20_000 });
    expect(performance.now() - before).toBeLessThan(12_000);
    expect(telemetry.collector.health().sinks['otlp-logs']).toMatchObject({ accepted: 20, delivered: 20, queued: 0 });
    expectBalance(telemetry.collector);
  });
});
