// A tour: a service with RIMP call sites and OpenTelemetry instrumentation, under real requests, exports over OTLP to a
// receiver that is killed and started again. See --help.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { FileStorage, startTelemetry } from 'rimp-telemetry';
import { TelemetryCollector, TelemetryStream } from 'rimp-telemetry/legacy';
import { loadUntilInterrupted, openView } from './live.js';
import { loadOn } from './load.js';
import { bytesBelow, Watch } from './queue-watch.js';
import { startReceiver } from './receiver-process.js';
import { heading, isBalanced, kilobytes, printCounters, printData, printStored, say } from './report.js';
import { startService } from './service.js';

const HELP = `npm start -- [--once] [--verbose] [--requests N] [--directory PATH]
At a terminal it shows the live view in a browser until Ctrl-C; otherwise it ends after the tour.
  --once            ends after the tour at a terminal too; --live does not anywhere
  --verbose         print each event and metric, a line each
  --requests N      how many requests, from 3 to 100000; default: 240
  --directory PATH  where the files go; default: a new directory in the temporary directory`;
const DRAIN_MILLIS = 20_000;

const { values } = parseArgs({
  options: {
    once: { type: 'boolean', default: false },
    live: { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
    requests: { type: 'string', default: '240' },
    directory: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(HELP);
  process.exit(0);
}
const requests = Number(values.requests);
if (!Number.isSafeInteger(requests) || requests < 3 || requests > 100_000) {
  console.error(`--requests: expected a whole number from 3 to 100000, got ${values.requests}`);
  process.exit(2);
}
const directory = values.directory ?? mkdtempSync(join(tmpdir(), 'rimp-'));
const queue = join(directory, 'queue');
const stored = new FileStorage(join(directory, 'telemetry.jsonl'));
const received = new FileStorage(join(directory, 'received.jsonl'));

const first = await startReceiver(received.path);
// the call sites are ported ones, hence the collector with Python's names
const collector = new TelemetryCollector(null, { storage: stored });
const telemetry = startTelemetry({
  collector,
  serviceName: 'shop',
  otlp: { endpoint: first.url, exportIntervalMillis: 500, queue: { directory: queue } },
});
let stream: TelemetryStream | undefined;
if (values.verbose) {
  stream = new TelemetryStream({ collector, interval: 0.25 });
  stream.add_consumer(printData);
  stream.start();
}
const service = await startService(collector);
const load = loadOn(service.url, collector);
const isLive = values.live || (process.stdout.isTTY === true && !values.once);
const view = isLive ? await openView(collector) : undefined;
if (view !== undefined) console.log(`Open ${view.url} in a browser: it shows all that follows.\n`);
const inQueue = (): number => collector.health().sinks['otlp-logs']?.queued ?? 0;
const third = Math.floor(requests / 3);

heading(1, 'Collect', `${third} requests to an HTTP service that calls RIMP and OpenTelemetry`);
await load(third);
await telemetry.forceFlush({ timeoutMillis: 5_000 });
printStored(await stored.retrieve());

heading(2, 'Export', `over OTLP to ${first.url}, a process of its own (pid ${first.pid})`);
say(
  'arrived',
  `${(await received.retrieve()).events.length} of ${collector.health().sinks['otlp-logs']?.accepted} events`,
);

heading(3, 'Kill it', `kill -9 ${first.pid}, and ${third} more requests: the service notices nothing`);
const growing = new Watch(inQueue);
growing.start();
await first.kill();
await load(third);
say('waiting', `${growing.stop()}  0 → ${inQueue()} events, ${kilobytes(bytesBelow(queue))} on disk`);

heading(4, 'It is back', `on the same port, under ${requests - 2 * third} more requests`);
const draining = new Watch(inQueue);
draining.start();
const began = performance.now();
await startReceiver(received.path, Number(new URL(first.url).port));
await load(requests - 2 * third);
while (inQueue() > 0 && performance.now() - began < DRAIN_MILLIS) await sleep(25);
say('draining', `${draining.stop()}  ${draining.highest} → ${inQueue()} events in ${seconds(began)} s`);

if (view !== undefined) {
  console.log(`\nThe service goes on, and ${view.url} shows it: Ctrl-C ends it.`);
  await loadUntilInterrupted(load);
  view.close();
}

await service.close();
await stream?.stop();
const { complete, errors } = await telemetry.shutdown({ timeoutMillis: 5_000 });
const health = collector.health();
const { events } = await received.retrieve({ kinds: ['event'] });
const arrived = new Set(events.map(({ eventId }) => eventId)).size;
const exported = health.sinks['otlp-logs']?.accepted ?? 0;

heading(5, 'Count', 'accepted = delivered + queued + lost, at every moment');
printCounters(health);
say('arrived', `${arrived} of ${exported} events, ${events.length - arrived} of them twice`);
const isWhole = complete && arrived === exported && isBalanced(health);
say('result', isWhole ? 'nothing is lost, and every counter balances' : `something is missing: ${errors.join('; ')}`);

heading(6, 'Look', 'JSON lines, which RIMP for Python reads too');
say('stored', stored.path);
say('received', received.path);
console.log(`
Try next
  npm start -- --verbose                 each event and metric, a line each
  npm start -- --requests 3000           a larger queue
  node dist/cjs/cli/main.js query ${stored.path} --type error
  docs/recipes                           Express, Fastify, pino, winston, NodeSDK, Lambda, tests`);
process.exit(isWhole ? 0 : 1);

function seconds(since: number): string {
  return ((performance.now() - since) / 1000).toFixed(1);
}
