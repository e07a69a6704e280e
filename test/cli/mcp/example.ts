import { FileStorage, type SpanDetail, TelemetryData, TelemetryEvent, TelemetryMetric } from 'rimp-telemetry';

export const START = Date.parse('2026-11-24T10:00:00Z');
export const TRACE = '0af7651916cd43dd8448eb211c80319c';

export const at = (millis: number): Date => new Date(START + millis);
const nanos = (millis: number): string => String(BigInt(START + millis) * 1_000_000n);
const resource = { 'service.name': 'shop' };

/** A span of the trace: ids are the letters that they are given as, in hex. */
function span(
  [id, parent]: readonly [id: string, parent?: string],
  name: string,
  [start, millis]: readonly [start: number, millis: number],
  detail: Partial<SpanDetail> = {},
): TelemetryEvent {
  return new TelemetryEvent({
    timestamp: at(start),
    eventType: detail.status?.code === 'error' ? 'error' : 'info',
    source: 'http',
    message: name,
    metadata: { 'http.route': '/orders' },
    otel: {
      traceId: TRACE,
      spanId: id.padStart(16, '0'),
      resource,
      span: {
        kind: 'server',
        endTimeUnixNano: nanos(start + millis),
        ...(parent !== undefined && { parentSpanId: parent.padStart(16, '0') }),
        ...detail,
      },
    },
  });
}

/** A request that failed: spans, out of order, and a log. */
const request: readonly TelemetryEvent[] = [
  ...Array.from({ length: 12 }, (_, i) => span([`c${i}`, 'a'], 'SELECT orders', [50 + i * 10, 5], { kind: 'client' })),
  span(['b', 'a'], 'charge card', [200, 100], {
    kind: 'client',
    status: { code: 'error', message: 'declined' },
    events: [
      {
        name: 'exception',
        timeUnixNano: nanos(250),
        attributes: { 'exception.stacktrace': 'Error: declined\n    at charge (pay.js:7:3)' },
      },
    ],
  }),
  new TelemetryEvent({
    timestamp: at(260),
    eventType: 'error',
    source: 'billing',
    message: 'card of order 17 declined',
    metadata: { code: 51, stack: 'Error: x\n    at pay (pay.js:1:1)' },
    otel: { traceId: TRACE, spanId: 'b'.padStart(16, '0'), resource },
  }),
  span(['a'], 'GET /orders', [0, 345], { status: { code: 'error' } }),
  span(['d', 'unknown'.replace(/\D/g, 'f')], 'of another process', [300, 1]),
];

/** A shop's minute: every tenth order fails after half of the time, and requests take longer. */
const orders: readonly TelemetryEvent[] = Array.from({ length: 60 }, (_, i) => {
  const fails = i >= 30 && i % 10 === 0;
  return new TelemetryEvent({
    timestamp: at(1_000 + i * 1_000),
    eventType: fails ? 'error' : i % 15 === 1 ? 'warning' : 'info',
    source: i % 2 === 0 ? 'api' : 'api.cart',
    message: fails
      ? `order ${i} timed out after ${i * 7} ms`
      : i % 15 === 1
        ? `order ${i} was slow`
        : `order ${i} placed`,
    metadata: { duration_ms: i },
  });
});

const measurements: readonly TelemetryMetric[] = Array.from(
  { length: 60 },
  (_, i) =>
    new TelemetryMetric({
      timestamp: at(1_000 + i * 1_000),
      name: 'http.request',
      value: i < 30 ? 10 + (i % 7) : 40 + (i % 7),
      unit: 'ms',
      tags: { route: i % 2 === 0 ? '/orders' : '/cart' },
    }),
);

/** Writes it all to a file. */
export async function writeExample(path: string): Promise<void> {
  const storage = new FileStorage(path);
  await storage.store(new TelemetryData({ events: [...request, ...orders], metrics: measurements }));
  await storage.close();
}
