// What the live view costs the process that it is in: for each event with 0, 1 and 10 readers, and in memory after a
// million events. Readers are a process of their own.
import { fork } from 'node:child_process';
import { createServer, get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createLiveView, TelemetryCollector } from '../dist/node/index.js';

const EVENTS = 50_000;
const BURST = 50;
const BURST_MILLIS = 10;
const ROUNDS = 3;

if (process.argv[2] === 'readers') {
  for (let i = 0; i < Number(process.argv[4]); i += 1) {
    get(`${process.argv[3]}/api/live?kinds=event`, { agent: false }, (response) => {
      response.on('data', () => {});
      if (i === Number(process.argv[4]) - 1) process.send('ready');
    });
  }
} else {
  const costs = new Map();
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const readers of [undefined, 0, 1, 10]) {
      const micros = await costOf(readers);
      costs.set(readers, Math.min(micros, costs.get(readers) ?? Number.POSITIVE_INFINITY));
    }
  }
  const bare = costs.get(undefined);
  console.log(`without a view     ${bare.toFixed(1)} µs of CPU an event`);
  for (const readers of [0, 1, 10])
    console.log(`${String(readers).padStart(2)} readers         + ${(costs.get(readers) - bare).toFixed(1)} µs`);
  await memory();
}

/** CPU time of an event, with everything that it causes, in microseconds. */
async function costOf(readers) {
  const { collector, view, server, url } = await serve(readers !== undefined);
  const child = await readersOf(url, readers ?? 0);
  await collect(collector, 5_000);
  const before = process.cpuUsage();
  await collect(collector, EVENTS);
  await sleep(300);
  const { user, system } = process.cpuUsage(before);
  view?.close();
  child?.kill();
  server.close();
  server.closeAllConnections();
  await collector.shutdown();
  return (user + system) / EVENTS;
}

async function serve(hasView) {
  const collector = new TelemetryCollector();
  const view = hasView ? createLiveView(collector) : undefined;
  const server = createServer(view);
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { collector, view, server, url: `http://127.0.0.1:${server.address().port}` };
}

async function readersOf(url, count) {
  if (count === 0) return undefined;
  const child = fork(fileURLToPath(import.meta.url), ['readers', url, String(count)]);
  await new Promise((resolve) => child.once('message', resolve));
  return child;
}

async function collect(collector, count) {
  for (let i = 0; i < count; i += 1) {
    collector.collectEvent('shop', `order ${i} paid`, 'info', {
      'order.id': i,
      amount: i % 190,
      user: `user-${i % 300}`,
    });
    if (i % BURST === BURST - 1) await sleep(BURST_MILLIS);
  }
}

/** What the view holds after a million events, beside a collector without one. */
async function memory() {
  const sizes = [];
  for (const hasView of [false, true]) {
    globalThis.gc?.();
    const before = process.memoryUsage().heapUsed;
    const { collector, view, server, url } = await serve(hasView);
    const child = hasView ? await readersOf(url, 1) : undefined;
    for (let i = 0; i < 1_000_000; i += 1) {
      collector.collectEvent('shop', `order ${i} paid`, 'info', { 'order.id': i, amount: i % 190 });
      if (i % 1_000 === 999) await sleep(1);
    }
    await sleep(1_000);
    globalThis.gc?.();
    sizes.push(process.memoryUsage().heapUsed - before);
    view?.close();
    child?.kill();
    server.closeAllConnections();
    server.close();
    await collector.shutdown();
  }
  const megabytes = (bytes) => `${(bytes / 1e6).toFixed(0)} MB`;
  console.log(
    `after a million events the heap is ${megabytes(sizes[0])} larger without a view, ${megabytes(sizes[1])} with one`,
  );
}
