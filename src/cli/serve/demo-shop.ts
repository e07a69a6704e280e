import { attributes, gauge, histogram, type Point, resource, sum } from './demo-otlp.js';

/** A request of OTLP in JSON. */
export interface ShopRequest {
  readonly path: '/v1/logs' | '/v1/metrics' | '/v1/traces';
  readonly body: object;
}

type Service = 'web' | 'orders' | 'payments';

const SERVICES: readonly Service[] = ['web', 'orders', 'payments'];
const ROUTES = ['GET /products/:id', 'GET /cart', 'POST /orders', 'GET /orders/:id'] as const;
const BOUNDS = [5, 10, 25, 50, 75, 100, 250, 500, 750, 1_000, 2_500];
const SEVERITIES = { debug: 5, info: 9, warning: 13, error: 17 } as const;

/** An example: a shop of three services with orders, slow payments and some errors, none of them real. */
export class Shop {
  readonly #logs = new Map<Service, object[]>();
  readonly #spans = new Map<Service, object[]>();
  readonly #metrics: object[] = [];
  readonly #durations = new Map<string, number[]>();
  #startMillis: number | undefined;
  #orders = 0;
  #failed = 0;
  #waiting = 3;
  #number = 1_000;

  /** What happens at a moment: a request, in one of two. */
  step(millis: number): void {
    this.#startMillis ??= millis;
    if (Math.random() < 0.5) return;
    // an hour of the shop has its busy minutes
    const busy = 1 + Math.sin(millis / 60_000) * 0.5;
    this.#request(millis, busy);
    if (Math.random() < 0.1)
      this.#log('web', millis, 'debug', `cache hit for product ${this.#any(500)}`, { 'cache.size': this.#any(900) });
    this.#waiting = Math.max(0, this.#waiting + Math.round((Math.random() - 0.5) * 3 * busy));
  }

  /** What the services measure. */
  measure(millis: number): void {
    const start = this.#startMillis ?? millis;
    const points = [...this.#durations].map(
      ([route, counts]): Point => ({ tags: { 'http.route': route }, millis, start, counts: [...counts] }),
    );
    this.#metrics.push(
      resourceMetrics('web', [histogram('http.server.request.duration', 'ms', BOUNDS, points)]),
      resourceMetrics('orders', [
        sum('orders.placed', '{order}', [
          { tags: { result: 'paid' }, millis, start, value: this.#orders },
          { tags: { result: 'failed' }, millis, start, value: this.#failed },
        ]),
        gauge('orders.queue', '{order}', [{ tags: {}, millis, start, value: this.#waiting }]),
      ]),
      ...SERVICES.map((service, index) =>
        resourceMetrics(service, [
          gauge('process.memory.usage', 'By', [
            { tags: {}, millis, start, value: 8e7 + index * 4e7 + Math.sin(millis / 9e4 + index) * 2e7 },
          ]),
        ]),
      ),
    );
  }

  /** What happened since, as requests. */
  *take(): Generator<ShopRequest> {
    const spans = [...this.#spans].map(([service, list]) => ({
      resource: resource(service),
      scopeSpans: [{ scope: { name: `shop.${service}` }, spans: list }],
    }));
    const logs = [...this.#logs].map(([service, list]) => ({
      resource: resource(service),
      scopeLogs: [{ scope: { name: `shop.${service}` }, logRecords: list }],
    }));
    const metrics = this.#metrics.splice(0);
    this.#spans.clear();
    this.#logs.clear();
    if (spans.length > 0) yield { path: '/v1/traces', body: { resourceSpans: spans } };
    if (logs.length > 0) yield { path: '/v1/logs', body: { resourceLogs: logs } };
    if (metrics.length > 0) yield { path: '/v1/metrics', body: { resourceMetrics: metrics } };
  }

  #request(millis: number, busy: number): void {
    const route = ROUTES[this.#any(ROUTES.length)] as (typeof ROUTES)[number];
    const [traceId, root] = [hex(32), hex(16)];
    const base = (5 + Math.random() * 30) * busy;
    let took = base;
    let isBad = false;
    if (route === 'POST /orders') {
      const order = this.#number++;
      const payment = (40 + Math.random() * 120) * busy * (Math.random() < 0.05 ? 8 : 1);
      isBad = Math.random() < 0.08;
      took += payment + 12;
      const [child, pay, query] = [hex(16), hex(16), hex(16)];
      this.#span('orders', traceId, child, root, 'place order', millis + 2, payment + 10, isBad, { 'order.id': order });
      this.#span('orders', traceId, query, child, 'INSERT orders', millis + 4, 6, false, { 'db.system': 'postgresql' });
      this.#span('payments', traceId, pay, child, 'charge card', millis + 10, payment, isBad, {
        'card.network': 'visa',
      });
      const context = { traceId, spanId: pay };
      if (payment > 400)
        this.#log(
          'payments',
          millis + 20,
          'warning',
          `payment of order ${order} is slow`,
          { duration_ms: Math.round(payment) },
          context,
        );
      if (isBad) {
        this.#failed += 1;
        this.#log(
          'payments',
          millis + payment,
          'error',
          `payment of order ${order} failed: connection refused`,
          { 'order.id': order, 'exception.type': 'ConnectionError' },
          context,
        );
      } else {
        this.#orders += 1;
        this.#log(
          'orders',
          millis + payment,
          'info',
          `order ${order} paid`,
          { 'order.id': order, amount: 10 + this.#any(190) },
          { traceId, spanId: child },
        );
      }
    }
    this.#span('web', traceId, root, undefined, route, millis, took, isBad, {
      'http.route': route,
      'http.response.status_code': isBad ? 502 : 200,
    });
    this.#log(
      'web',
      millis + took,
      isBad ? 'warning' : 'info',
      `${route} answered ${isBad ? 502 : 200} in ${Math.round(took)} ms`,
      { duration_ms: Math.round(took), user: { id: this.#any(300), plan: 'pro' } },
      { traceId, spanId: root },
    );
    const counts = this.#durations.get(route) ?? [...BOUNDS.map(() => 0), 0];
    const bucket = BOUNDS.findIndex((bound) => took <= bound);
    counts[bucket < 0 ? BOUNDS.length : bucket] = (counts[bucket < 0 ? BOUNDS.length : bucket] ?? 0) + 1;
    this.#durations.set(route, counts);
  }

  #log(
    service: Service,
    millis: number,
    type: keyof typeof SEVERITIES,
    text: string,
    metadata: object,
    context: object = {},
  ): void {
    const record = {
      timeUnixNano: nanos(millis),
      severityNumber: SEVERITIES[type],
      severityText: type.toUpperCase(),
      body: { stringValue: text },
      attributes: attributes(metadata),
      ...context,
    };
    append(this.#logs, service, record);
  }

  #span(
    service: Service,
    traceId: string,
    spanId: string,
    parentSpanId: string | undefined,
    name: string,
    millis: number,
    took: number,
    isBad: boolean,
    tags: object,
  ): void {
    const span = {
      traceId,
      spanId,
      ...(parentSpanId !== undefined && { parentSpanId }),
      name,
      kind: parentSpanId === undefined ? 2 : 3,
      startTimeUnixNano: nanos(millis),
      endTimeUnixNano: nanos(millis + took),
      attributes: attributes(tags),
      status: isBad ? { code: 2, message: 'connection refused' } : {},
    };
    append(this.#spans, service, span);
  }

  #any(below: number): number {
    return Math.floor(Math.random() * below);
  }
}

function resourceMetrics(service: Service, metrics: readonly object[]): object {
  return { resource: resource(service), scopeMetrics: [{ scope: { name: `shop.${service}` }, metrics }] };
}

function append(lists: Map<Service, object[]>, service: Service, one: object): void {
  const list = lists.get(service);
  if (list === undefined) lists.set(service, [one]);
  else list.push(one);
}

function hex(digits: number): string {
  return Array.from({ length: digits }, () => Math.floor(Math.random() * 16).toString(16)).join('');
}

function nanos(millis: number): string {
  return String(BigInt(Math.round(millis * 1_000)) * 1_000n);
}
