// Millions of events through memory, a file, a stream and OTLP at once, and the level of the heap after each tenth.
// Usage: node --expose-gc bench/soak.mjs [events]
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileStorage, startTelemetry, TelemetryStream } from 'rimp-telemetry';

const EVENTS = Number(process.argv[2] ?? 10_000_000);
const directory = mkdtempSync(join(tmpdir(), 'rimp-bench-'));
process.on('exit', () => rmSync(directory, { recursive: true, force: true }));
const sink = fork(new URL('sink.mjs', import.meta.url), { execArgv: [] });
process.on('exit', () => sink.kill());
const [{ url }] = await once(sink, 'message');

const telemetry = startTelemetry({ register: false, otlp: { endpoint: url, maxQueueSize: 100_000 } });
const { collector } = telemetry;
const path = join(directory, 'soak.jsonl');
const storage = new FileStorage({ path, rotation: { maxBytes: 64 * 2 ** 20 }, retention: { maxFiles: 2 } });
collector.addSink('file', storage);
let streamed = 0;
const stream = new TelemetryStream({ collector, interval: 0.1 });
stream.addConsumer(({ events }) => {
  streamed += events.length;
});
stream.start();

const levels = [];
const start = performance.now();
for (let part = 0; part < 10; part += 1) {
  for (let i = 0; i < EVENTS / 10; i += 1) {
    collector.collectEvent('shop', `benched ${i}`, 'info', {
      user_id: `u${i % 1000}`,
      amount: (i % 9973) / 100,
      ok: true,
    });
    if (i % 500 === 499) await new Promise((resolve) => setImmediate(resolve));
    // what nobody can keep up with would be lost
    if (i % 20_000 === 19_999) await telemetry.forceFlush();
  }
  await telemetry.forceFlush();
  globalThis.gc?.();
  levels.push(process.memoryUsage().heapUsed / 2 ** 20);
  console.log(
    `${(((part + 1) * EVENTS) / 10).toLocaleString('en-US')} events, heap ${levels.at(-1).toFixed(1)} MiB, ` +
      `resident ${(process.memoryUsage().rss / 2 ** 20).toFixed(0)} MiB, file ${(statSync(path).size / 2 ** 20).toFixed(0)} MiB`,
  );
}
await stream.stop();
await telemetry.shutdown();
const { sinks } = collector.health();
sink.send('?');
const [{ records }] = await once(sink, 'message');
for (const [name, figures] of Object.entries(sinks)) console.log(`  ${name}: ${JSON.stringify(figures)}`);
console.log(
  `  heard by the stream ${streamed}, arrived at the endpoint ${records}, ${((performance.now() - start) / 1000).toFixed(0)} s`,
);
console.log(
  `  heap at the end over its level after the first tenth: ${(levels.at(-1) / levels[0]).toFixed(3)}   (aim: at most 1.05)`,
);
process.exit();
