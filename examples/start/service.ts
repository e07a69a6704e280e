// An HTTP service on loopback: legacy RIMP call sites beside ordinary OpenTelemetry instrumentation.
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { metrics } from '@opentelemetry/api';
import { logs, SeverityNumber } from '@opentelemetry/api-logs';
import { EventType, type TelemetryCollector } from 'rimp-telemetry/legacy';

/** A service that listens. */
export interface Service {
  readonly url: string;
  close(): Promise<void>;
}

const ROUTES: Readonly<Record<string, (response: ServerResponse) => void>> = {
  '/api/users': (response) => answer(response, 200, { users: ['ada', 'grace'] }),
  '/api/posts': (response) =>
    answer(response, 200, { posts: Array.from({ length: 500 }, (_, i) => ({ id: i, words: 'x'.repeat(i % 50) })) }),
  '/api/login': (response) => answer(response, 401, { error: 'invalid password' }),
  '/api/broken': () => {
    throw new Error('the database went away');
  },
};

export async function startService(collector: TelemetryCollector): Promise<Service> {
  // ordinary OpenTelemetry: whatever instrumentation an application has
  const logger = logs.getLogger('shop.http', '1.0.0');
  const duration = metrics.getMeter('shop.http').createHistogram('http.server.request.duration', {
    unit: 's',
    advice: { explicitBucketBoundaries: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1] },
  });
  const server = createServer((request, response) => {
    const started = performance.now();
    const endpoint = request.url ?? '/';
    response.on('finish', () => {
      const millis = performance.now() - started;
      duration.record(millis / 1000, { 'http.route': endpoint, 'http.response.status_code': response.statusCode });
      collector.collect_metric('http_response_time', millis, 'ms', { endpoint, status: response.statusCode });
    });
    collector.collect_event('web', `Request: ${request.method} ${endpoint}`, EventType.INFO);
    try {
      const route = ROUTES[endpoint];
      if (route === undefined) {
        logger.emit({
          severityNumber: SeverityNumber.WARN,
          body: 'no such route',
          attributes: { 'url.path': endpoint },
        });
        answer(response, 404, { error: 'not found' });
      } else {
        route(response);
        if (response.statusCode === 401) collector.collect_event('auth', 'Invalid password', EventType.WARNING);
      }
    } catch (error) {
      collector.collect_event('db', 'Connection failed', EventType.ERROR, { endpoint, error });
      answer(response, 500, { error: 'internal' });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => close(server) };
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

async function close(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await closed;
}
