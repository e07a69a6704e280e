// A shop of five services that receives requests: made up, the same at every run.
import { attributes, nanos } from './otlp.mjs';

/** Random numbers from 0 to 1, the same at every run. */
export function randomFrom(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const SEVERITY = { debug: 5, info: 9, warn: 13, error: 17 };
const hexOf = (random, length) => Array.from({ length }, () => Math.floor(random() * 16).toString(16)).join('');

/** One request with its spans and log records; `at` is when it ends, in milliseconds. */
export function request(random, at) {
  const kind = random();
  if (kind < 0.12) return checkout(random, at, random() < 0.3);
  const route = kind < 0.55 ? '/products' : kind < 0.85 ? '/products/:id' : '/cart';
  return browse(random, at, route);
}

function browse(random, at, route) {
  const took = 6 + random() ** 3 * 90;
  const trace = new Trace(random, at - took);
  const root = trace.span('frontend', 'shop.http', `GET ${route}`, undefined, 0, took, {
    kind: 2,
    attributes: { 'http.request.method': 'GET', 'http.route': route, 'http.response.status_code': 200 },
  });
  const list = trace.span('catalog', 'shop.catalog', 'catalog.find', root, 1, took - 1.5, { kind: 2 });
  if (random() < 0.7)
    trace.log('catalog', 'shop.cache', 'debug', `cache hit for page ${Math.floor(random() * 40)}`, list, 1.6);
  else {
    trace.span('catalog', 'shop.db', 'SELECT products', list, 2, took - 3, {
      kind: 3,
      attributes: { 'db.system.name': 'postgresql', 'db.query.text': 'SELECT * FROM products WHERE page = $1' },
    });
    trace.log('catalog', 'shop.cache', 'debug', `cache miss for page ${Math.floor(random() * 40)}`, list, 1.6);
  }
  trace.log('frontend', 'shop.http', 'info', `GET ${route} answered 200 in ${took.toFixed(1)} ms`, root, took - 0.2, {
    'http.route': route,
    duration_ms: Number(took.toFixed(1)),
  });
  return trace;
}

/** An order: paid at the first try, or declined after the provider failed once. */
export function checkout(random, at, isDeclined) {
  const took = isDeclined ? 700 + random() * 200 : 120 + random() * 160;
  const trace = new Trace(random, at - took);
  const part = (share) => took * share;
  const order = 1000 + Math.floor(random() * 9000);
  const failed = { status: { code: 2, message: 'card declined' } };
  const root = trace.span('frontend', 'shop.http', 'POST /checkout', undefined, 0, took, {
    kind: 2,
    attributes: {
      'http.request.method': 'POST',
      'http.route': '/checkout',
      'http.response.status_code': isDeclined ? 402 : 200,
    },
  });
  const place = trace.span('checkout', 'shop.orders', 'orders.place', root, part(0.015), part(0.985), {
    kind: 2,
    attributes: { 'order.id': order, 'order.items': 3 },
    ...(isDeclined ? failed : {}),
  });
  trace.span('checkout', 'shop.db', 'SELECT carts', place, part(0.02), part(0.06), {
    kind: 3,
    attributes: { 'db.system.name': 'postgresql', 'db.query.text': 'SELECT * FROM carts WHERE id = $1' },
  });
  trace.log('checkout', 'shop.orders', 'info', `cart of user ${order} has 3 items`, place, part(0.062));
  const reserve = trace.span('inventory', 'shop.stock', 'stock.reserve', place, part(0.07), part(0.25), { kind: 2 });
  trace.span('inventory', 'shop.db', 'UPDATE stock', reserve, part(0.09), part(0.23), { kind: 3 });
  trace.log('inventory', 'shop.stock', 'debug', `reserved 3 items for order ${order}`, reserve, part(0.235));
  const charge = trace.span('payment', 'shop.payment', 'payment.charge', place, part(0.27), part(0.94), {
    kind: 2,
    attributes: { 'payment.provider': 'example', 'order.id': order },
    ...(isDeclined ? failed : {}),
    ...(isDeclined ? { exception: ['PaymentError', 'card declined', part(0.925)] } : {}),
  });
  if (isDeclined) {
    trace.span('payment', 'shop.payment', 'POST /charges', charge, part(0.29), part(0.48), {
      kind: 3,
      status: { code: 2 },
    });
    trace.log(
      'payment',
      'shop.payment',
      'warn',
      'the provider answered 503, trying again in 20 ms',
      charge,
      part(0.485),
    );
    trace.span('payment', 'shop.payment', 'POST /charges', charge, part(0.51), part(0.91), {
      kind: 3,
      status: { code: 2 },
    });
    trace.log(
      'payment',
      'shop.payment',
      'error',
      `payment of order ${order} failed: card declined`,
      charge,
      part(0.93),
      {
        'order.id': order,
        attempt: 2,
      },
    );
  } else trace.span('payment', 'shop.payment', 'POST /charges', charge, part(0.29), part(0.91), { kind: 3 });
  const status = isDeclined ? 402 : 200;
  trace.log(
    'frontend',
    'shop.http',
    isDeclined ? 'warn' : 'info',
    `POST /checkout answered ${status} in ${took.toFixed(0)} ms`,
    root,
    part(0.99),
    {
      'http.route': '/checkout',
      duration_ms: Number(took.toFixed(1)),
    },
  );
  return trace;
}

/** Spans and log records, each as `[service, scope, item]`; offsets are in milliseconds from the start. */
class Trace {
  spans = [];
  logs = [];
  #random;
  #start;

  constructor(random, start) {
    this.#random = random;
    this.#start = start;
    this.id = hexOf(random, 32);
  }

  span(service, scope, name, parent, from, to, { kind = 1, attributes: map = {}, status, exception } = {}) {
    const spanId = hexOf(this.#random, 16);
    const [type, message, at] = exception ?? [];
    this.spans.push([
      service,
      scope,
      {
        traceId: this.id,
        spanId,
        ...(parent === undefined ? {} : { parentSpanId: parent }),
        name,
        kind,
        startTimeUnixNano: nanos(this.#start + from),
        endTimeUnixNano: nanos(this.#start + to),
        attributes: attributes(map),
        ...(status === undefined ? {} : { status }),
        ...(exception === undefined
          ? {}
          : {
              events: [
                {
                  name: 'exception',
                  timeUnixNano: nanos(this.#start + at),
                  attributes: attributes({ 'exception.type': type, 'exception.message': message }),
                },
              ],
            }),
      },
    ]);
    return spanId;
  }

  log(service, scope, severity, text, spanId, at, map = {}) {
    this.logs.push([
      service,
      scope,
      {
        timeUnixNano: nanos(this.#start + at),
        severityNumber: SEVERITY[severity],
        body: { stringValue: text },
        traceId: this.id,
        spanId,
        attributes: attributes(map),
      },
    ]);
  }
}
