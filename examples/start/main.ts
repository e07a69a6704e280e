// The main job: a service with RIMP call sites and OpenTelemetry instrumentation under a bounded load of real requests.
// Options: --requests N (default 200), --file PATH (default: a new file in the temporary directory).
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { FileStorage, type LedgerFigures, startTelemetry } from 'rimp-telemetry';
import { EventType, TelemetryCollector, TelemetryStream } from 'rimp-telemetry/legacy';
import { cpuMeter, memoryUsed } from './machine.js';
import { printData, printSummary } from './report.js';
import { startService } from './service.js';

const PATHS = ['/api/users', '/api/posts', '/api/users', '/api/login', '/api/broken', '/nowhere'];
const MAX_MILLIS = 20_000;

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '200' },
    file: { type: 'string', default: join(mkdtempSync(join(tmpdir(), 'rimp-')), 'telemetry.jsonl') },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log('npm start -- [--requests N] [--file PATH]\nExports over OTLP if OTEL_EXPORTER_OTLP_ENDPOINT is set.');
  process.exit(0);
}
const requests = Number(values.requests);
if (!Number.isSafeInteger(requests) || requests < 1 || requests > 100_000) {
  console.error(`--requests: expected a whole number from 1 to 100000, got ${values.requests}`);
  process.exit(2);
}

const file = new FileStorage(values.file);
// the call sites are legacy ones, hence the collector with Python's names
const collector = new TelemetryCollector(null, { storage: file });
const telemetry = startTelemetry({ collector, serviceName: 'shop', collectIntervalMillis: 60_000 });
const stream = new TelemetryStream({ collector, storage: file, interval: 0.25 });
stream.add_consumer(printData);
stream.start();

const service = await startService(collector);
const cpu = cpuMeter();
const deadline = Date.now() + MAX_MILLIS;
let sent = 0;
while (sent < requests && Date.now() < deadline) {
  const burst = PATHS.slice(0, Math.min(PATHS.length, requests - sent));
  const answers = await Promise.all(burst.map((path) => fetch(`${service.url}${path}`)));
  await Promise.all(answers.map((response) => response.arrayBuffer()));
  sent += burst.length;
  if (sent % 30 === 0 || sent >= requests) {
    const load = cpu();
    collector.collect_metric('cpu_usage', load, 'percent');
    collector.collect_metric('memory_usage', memoryUsed(), 'MB');
    if (load > 80) collector.collect_event('monitor', `High CPU: ${load.toFixed(0)}%`, EventType.WARNING);
    await sleep(50);
  }
}
await service.close();

// the providers last, as their readers collect once more
await telemetry.forceFlush({ timeoutMillis: 5_000 });
await stream.stop();
const { complete } = await telemetry.shutdown({ timeoutMillis: 5_000 });
const health = collector.health();
printSummary(await file.retrieve(), file.path, health);

const balanced = [health, ...Object.values(health.sinks)].every(
  ({ accepted, delivered, queued, dropped }: LedgerFigures) =>
    accepted === delivered + queued + Object.values(dropped).reduce((sum, count) => sum + count, 0),
);
console.log(
  `\n${sent} requests; everything handed on: ${complete ? 'yes' : 'no'}; the ledger balances: ${balanced ? 'yes' : 'no'}`,
);
if (!complete) console.log(`last error: ${health.lastError?.message}`);
process.exitCode = balanced ? 0 : 1;
