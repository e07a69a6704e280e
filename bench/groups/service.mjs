// A whole HTTP service in a process of its own under autocannon: two events and two measurements a request.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import http from 'node:http';
import { fileURLToPath } from 'node:url';
import { median, quick, ratio, table } from '../harness.mjs';
import { batchProcessor } from '../parts.mjs';

const MODES = { off: 'telemetry off', raw: 'raw OpenTelemetry', ours: 'rimp-telemetry' };

/** What a request does beside answering, and the end of it. */
async function telemetryOf(mode, endpoint) {
  if (mode === 'off') return { request() {} };
  if (mode === 'raw') {
    const { LoggerProvider } = await import('@opentelemetry/sdk-logs');
    const { MeterProvider, PeriodicExportingMetricReader } = await import('@opentelemetry/sdk-metrics');
    const { OTLPLogExporter } = await import('@opentelemetry/exporter-logs-otlp-proto');
    const { OTLPMetricExporter } = await import('@opentelemetry/exporter-metrics-otlp-proto');
    const exporter = new OTLPLogExporter({ url: `${endpoint}/v1/logs` });
    const logs = new LoggerProvider({ processors: [batchProcessor(exporter, { maxQueueSize: 131_072 })] });
    const reader = new PeriodicExportingMetricReader({
      exporter: new OTLPMetricExporter({ url: `${endpoint}/v1/metrics` }),
      exportIntervalMillis: 1000,
      exportTimeoutMillis: 1000,
    });
    const meter = new MeterProvider({ readers: [reader] }).getMeter('shop');
    const logger = logs.getLogger('shop');
    const items = meter.createGauge('cart.items');
    const time = meter.createHistogram('request.time', { unit: 'ms' });
    return {
      request(n, millis) {
        logger.emit({
          severityNumber: 9,
          severityText: 'INFO',
          body: 'request',
          attributes: { path: '/', user: `u${n % 1000}` },
        });
        logger.emit({ severityNumber: 9, severityText: 'INFO', body: 'answered', attributes: { status: 200, millis } });
        items.record(n % 10, { shop: 'eu' });
        time.record(millis, { path: '/' });
      },
    };
  }
  const { startTelemetry } = await import('rimp-telemetry');
  const { nullStorage } = await import('../parts.mjs');
  const { collector } = startTelemetry({
    register: false,
    collectorOptions: { storage: nullStorage() },
    otlp: { endpoint, maxQueueSize: 131_072, exportIntervalMillis: 1000 },
  });
  return {
    request(n, millis) {
      collector.collectEvent('shop', 'request', 'info', { path: '/', user: `u${n % 1000}` });
      collector.collectEvent('shop', 'answered', 'info', { status: 200, millis });
      collector.collectMetric('cart.items', n % 10, 'items', { shop: 'eu' });
      collector.collectMetric('request.time', millis, 'ms', { path: '/' });
    },
  };
}

async function serve(mode, endpoint) {
  const telemetry = await telemetryOf(mode, endpoint);
  let n = 0;
  const server = http.createServer((_request, response) => {
    const start = performance.now();
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end('{"ok":true}');
    telemetry.request(n++, performance.now() - start);
  });
  server.listen(0, '127.0.0.1', () => process.send({ url: `http://127.0.0.1:${server.address().port}` }));
}

function sink() {
  const server = http.createServer((request, response) => {
    request.resume();
    request.on('end', () => response.writeHead(200, { 'content-type': request.headers['content-type'] }).end());
  });
  server.listen(0, '127.0.0.1', () => process.send({ url: `http://127.0.0.1:${server.address().port}` }));
}

async function child(...args) {
  const program = fork(fileURLToPath(import.meta.url), args, { execArgv: [] });
  process.on('exit', () => program.kill());
  const [{ url }] = await once(program, 'message');
  return url;
}

async function main() {
  const { default: autocannon } = await import('autocannon');
  const endpoint = await child('sink');
  const urls = {};
  for (const mode of Object.keys(MODES)) urls[mode] = await child('serve', mode, endpoint);
  const found = Object.fromEntries(Object.keys(MODES).map((mode) => [mode, { rates: [], p99s: [], cpu: [] }]));
  const rounds = quick ? 1 : 7;
  for (let round = 0; round <= rounds; round += 1) {
    for (const mode of Object.keys(MODES)) {
      const run = await autocannon({ url: urls[mode], connections: 16, duration: quick || round === 0 ? 2 : 5 });
      if (run.non2xx + run.errors > 0) throw new Error(`${mode}: ${run.errors} errors`);
      if (round === 0) continue;
      found[mode].rates.push(run.requests.average);
      found[mode].p99s.push(run.latency.p99);
    }
  }
  const base = median(found.raw.rates);
  table(
    'service',
    'a service under autocannon, 16 connections',
    ['requests/s', 'of raw', 'p99, ms'],
    Object.entries(MODES).map(([mode, name]) => {
      const { rates, p99s } = found[mode];
      const range = `${Math.min(...rates).toFixed(0)} to ${Math.max(...rates).toFixed(0)}`;
      return [name, `${median(rates).toFixed(0)} (${range})`, (median(rates) / base).toFixed(3), String(median(p99s))];
    }),
  );
  ratio('requests/s over raw OpenTelemetry', median(found.ours.rates) / base, 'at least 0.98');
  process.exit();
}

const [what, ...args] = process.argv.slice(2).filter((argument) => argument !== '--quick');
if (what === 'sink') sink();
else if (what === 'serve') await serve(...args);
else await main();
