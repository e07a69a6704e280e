// What the shop's services measure, every ten seconds: made up, the same at every run.
import { attributes, nanos } from './otlp.mjs';

const BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5];
const ROUTES = ['/products', '/products/:id', '/cart', '/checkout'];
const EVERY_SECONDS = 10;

/** When the shop began to count. */
const STARTED = Date.now() - 16 * 60_000;
/** Counters that only grow, by series. */
const totals = new Map();

/** One reading of all instruments at a time in milliseconds, each as `[service, scope, metric]`. */
export function reading(random, at) {
  const time = nanos(at);
  const start = nanos(at - EVERY_SECONDS * 1_000);
  const phase = at / 60_000;
  const wave = (offset, share) =>
    1 + share * Math.sin(phase + offset) + share * 0.4 * Math.sin(phase * 3.7 + offset * 2);
  const noise = (share) => 1 + (random() - 0.5) * share;
  const gauge = (service, name, unit, description, points) => [
    service,
    'shop',
    {
      name,
      unit,
      description,
      gauge: {
        dataPoints: points.map(([map, value]) => ({
          timeUnixNano: time,
          asDouble: value,
          attributes: attributes(map),
        })),
      },
    },
  ];
  const sum = (service, name, unit, description, points) => [
    service,
    'shop',
    {
      name,
      unit,
      description,
      sum: {
        aggregationTemporality: 2,
        isMonotonic: true,
        dataPoints: points.map(([map, by]) => {
          const key = `${name} ${JSON.stringify(map)}`;
          totals.set(key, (totals.get(key) ?? 0) + Math.round(by));
          return {
            startTimeUnixNano: nanos(STARTED),
            timeUnixNano: time,
            asInt: String(totals.get(key)),
            attributes: attributes(map),
          };
        }),
      },
    },
  ];
  const durations = ROUTES.map((route, index) => {
    const middle = [0.018, 0.03, 0.05, 0.28][index] * wave(index, 0.45);
    const values = Array.from(
      { length: Math.round([120, 80, 40, 25][index] * wave(index + 2, 0.35)) },
      () => middle * Math.exp((random() + random() + random() - 1.5) * 1.1),
    );
    const counts = Array(BOUNDS.length + 1).fill(0);
    for (const value of values) {
      const bucket = BOUNDS.findIndex((bound) => value <= bound);
      counts[bucket < 0 ? BOUNDS.length : bucket] += 1;
    }
    return {
      startTimeUnixNano: start,
      timeUnixNano: time,
      count: String(values.length),
      sum: values.reduce((a, b) => a + b, 0),
      min: Math.min(...values),
      max: Math.max(...values),
      explicitBounds: BOUNDS,
      bucketCounts: counts.map(String),
      attributes: attributes({ 'http.request.method': index < 2 ? 'GET' : 'POST', 'http.route': route }),
    };
  });
  return [
    [
      'frontend',
      'shop.http',
      {
        name: 'http.server.request.duration',
        unit: 's',
        description: 'How long requests took',
        histogram: { aggregationTemporality: 1, dataPoints: durations },
      },
    ],
    sum('checkout', 'shop.orders.placed', '{order}', 'Orders that were placed', [
      [{ country: 'DE' }, 22 * wave(0, 0.4) * noise(0.2)],
      [{ country: 'FR' }, 14 * wave(1, 0.4) * noise(0.2)],
      [{ country: 'NL' }, 7 * wave(2, 0.4) * noise(0.3)],
    ]),
    gauge('catalog', 'shop.cache.hit_ratio', '%', 'Pages that were in the cache', [
      [{}, 71 * wave(2, 0.12) * noise(0.03)],
    ]),
    gauge('inventory', 'shop.stock.reserved', '{item}', 'Items that are reserved', [
      [{}, Math.round(180 * wave(3, 0.3))],
    ]),
    gauge('payment', 'payment.queue.wait', 'ms', 'How long a payment waited', [
      [{ provider: 'example' }, 34 * wave(0.5, 0.5) * noise(0.3)],
      [{ provider: 'other' }, 21 * wave(1.5, 0.4) * noise(0.3)],
    ]),
    gauge('frontend', 'process.memory.usage', 'By', 'Memory in use', [[{}, 182e6 * wave(1, 0.12) * noise(0.02)]]),
    gauge('frontend', 'process.cpu.utilization', '1', 'Share of one processor', [
      [{}, 0.31 * wave(0, 0.4) * noise(0.15)],
    ]),
    gauge('frontend', 'nodejs.eventloop.delay.p99', 's', 'Delay of the event loop', [
      [{}, 0.011 * wave(2, 0.4) * noise(0.3)],
    ]),
    sum('frontend', 'network.io', 'By', 'Bytes that went over the network', [
      [{ 'network.io.direction': 'receive' }, 340_000 * wave(0, 0.4) * noise(0.2)],
      [{ 'network.io.direction': 'transmit' }, 2_100_000 * wave(0.3, 0.4) * noise(0.2)],
    ]),
  ];
}
