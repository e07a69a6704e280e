// A web application whose requests become events and whose durations become metrics.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { EventType, TelemetryCollector } from 'rimp-telemetry';

const collector = new TelemetryCollector();

const server = createServer((request, response) => {
  const start = performance.now();
  const endpoint = request.url ?? '/';
  collector.collectEvent('web', `Request: ${request.method} ${endpoint}`, EventType.INFO);
  response.on('finish', () => {
    collector.collectMetric('http_response_time', performance.now() - start, 'ms', {
      endpoint,
      status: response.statusCode,
    });
  });
  response.statusCode = endpoint === '/missing' ? 404 : 200;
  response.end('ok\n');
});

await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const { port } = server.address() as AddressInfo;
for (const path of ['/', '/users', '/missing']) await (await fetch(`http://127.0.0.1:${port}${path}`)).text();
server.closeAllConnections();
server.close();

await collector.forceFlush();
const { events, metrics } = await collector.storage.retrieve();
for (const event of events) console.log(event.message);
for (const metric of metrics)
  console.log(`${metric.tags?.endpoint} ${metric.tags?.status}: ${metric.value >= 0 ? 'measured' : 'not measured'}`);
await collector.shutdown();
