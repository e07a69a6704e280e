// What several groups are made of.
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { RimpLogRecordProcessor, TelemetryCollector } from 'rimp-telemetry';

/** Metadata or tags of so many keys, made fresh: text, a number, a boolean, an integer by turns. */
export const MAKERS = {
  0: () => undefined,
  4: (i) => ({ user_id: `u${i % 1000}`, amount: (i % 9973) / 100, ok: true, items: i % 7 }),
  16: (i) => ({
    user_id: `u${i % 1000}`,
    amount: (i % 9973) / 100,
    ok: true,
    items: i % 7,
    region: 'eu-west',
    latency: i % 311,
    cached: false,
    retries: i % 3,
    route: '/api/orders',
    bytes: i % 65_536,
    secure: true,
    attempt: 1,
    tenant: `t${i % 50}`,
    share: (i % 100) / 100,
    beta: false,
    shard: i % 16,
  }),
};

/** An exporter that takes everything, of either SDK. */
export function nowhere() {
  return {
    export: (_items, done) => done({ code: 0 }),
    forceFlush: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
  };
}

/** The official batch processor: 2.x takes the exporter, 3.x options. */
export function batchProcessor(exporter, config = {}) {
  return new BatchLogRecordProcessor(Object.assign(exporter, { exporter }, config), config);
}

/** A storage that keeps nothing. */
export function nullStorage() {
  return {
    storeSync() {},
    store: () => Promise.resolve(),
    retrieve: () => Promise.reject(new Error('nothing is kept')),
    async *scan() {},
    clear: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}

/** A collector whose items go nowhere. */
export function collectorTo(storage = nullStorage(), config = {}, options = {}) {
  return new TelemetryCollector({ ...config }, { ...(storage && { storage }), ...options });
}

/** A collector on a provider that a user made: our processor, then the official batch processor. */
export function onProvider(collector) {
  const provider = new LoggerProvider({
    processors: [new RimpLogRecordProcessor(collector), batchProcessor(nowhere(), { maxQueueSize: 10_000 })],
  });
  collector.useProviders({ loggerProvider: provider });
  return provider;
}

/** `logger.emit`, with the official batch processor behind it, as cases: each of the attributes that `make` makes. */
export function rawEmitter() {
  const provider = new LoggerProvider({ processors: [batchProcessor(nowhere(), { maxQueueSize: 10_000 })] });
  const logger = provider.getLogger('shop');
  return (make) => ({
    settle: () => provider.forceFlush(),
    run(count) {
      for (let i = 0; i < count; i += 1)
        logger.emit({ severityNumber: 9, severityText: 'INFO', body: 'order placed', attributes: make(i) });
    },
  });
}

/** A turn of the event loop. */
export const turn = () => new Promise((resolve) => setImmediate(resolve));

/** `collectEvent` as a case, of the metadata that `make` makes. */
export const collecting = (collector, make, settle = turn) => ({
  settle,
  run(count) {
    for (let i = 0; i < count; i += 1) collector.collectEvent('shop', 'order placed', 'info', make(i));
  },
});

/** Series that a reader keeps, of either SDK. */
const MAX_SERIES = 20_000;

/** A provider whose reader keeps all series, and sends none. */
export function meterProvider() {
  const reader = new PeriodicExportingMetricReader({
    exporter: nowhere(),
    exportIntervalMillis: 3_600_000,
    exportTimeoutMillis: 3_600_000,
    cardinalitySelector: () => MAX_SERIES,
    cardinalityLimits: { default: MAX_SERIES },
  });
  return new MeterProvider({ readers: [reader] });
}

/** What each measurement is: tags made fresh, then used again; 10 and 10,000 series; both policies. */
export function* measurements({ reused: withReused = true } = {}) {
  for (const tags of withReused ? ['fresh', 'reused'] : ['fresh']) {
    for (const series of [10, 10_000]) {
      const tagsOf = (i) => ({ route: `/api/${i % series}`, method: 'GET', status: '200', region: 'eu-west' });
      const reused = Array.from({ length: series }, (_, i) => Object.freeze(tagsOf(i)));
      for (const policy of ['gauge', 'histogram'])
        yield {
          id: `${policy}-${series}-${tags}`,
          name: `${policy}, ${series} series, 4 ${tags} tags`,
          policy,
          unit: policy === 'gauge' ? 'items' : 'ms',
          make: tags === 'fresh' ? tagsOf : (i) => reused[i % series],
        };
    }
  }
}
export const LABELS = ['route', 'method', 'status', 'region'];

/** A call with the number of the operation as a case, and the same for `collectMetric`. */
export function numbered(call, settle) {
  let at = 0;
  return {
    ...(settle && { settle }),
    run(count) {
      for (const end = at + count; at < end; at += 1) call(at);
    },
  };
}
export const measuring = (collector, { unit, make }) =>
  numbered((i) => collector.collectMetric('m', i % 977, unit, make(i)), turn);

/** The instrument of a meter that takes the measurements. */
export function rawInstrument({ policy, unit }) {
  const meter = meterProvider().getMeter('bench');
  return policy === 'gauge' ? meter.createGauge('m') : meter.createHistogram('m', { unit });
}

/** Throws if one of some collectors, by name, has lost anything. */
export async function expectDelivered(collectors) {
  for (const [name, collector] of Object.entries(collectors)) {
    await collector.forceFlush();
    const { accepted, delivered } = collector.health();
    if (accepted !== delivered) throw new Error(`${name}: ${delivered} of ${accepted} delivered`);
  }
}
