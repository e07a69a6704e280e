// A background service that measures the machine, and warns; a stream brings it all to a consumer.
import { freemem, loadavg, totalmem } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { EventType, TelemetryCollector, TelemetryStream } from 'rimp-telemetry';

const collector = new TelemetryCollector({ bufferSize: 10, flushInterval: 1 });
const stream = new TelemetryStream({ collector, interval: 0.1 });
let brought = 0;
stream.addConsumer((data) => {
  brought += data.size;
});
stream.start();

for (let round = 0; round < 3; round += 1) {
  const memory = ((totalmem() - freemem()) / totalmem()) * 100;
  collector.collectMetric('memory_usage', memory, 'percent');
  collector.collectMetric('load', loadavg()[0] ?? 0);
  if (memory > 95) collector.collectEvent('monitor', `High memory: ${memory.toFixed(1)}%`, EventType.WARNING);
  await sleep(50);
}

await stream.stop();
console.log(`the stream brought ${brought >= 6 ? 'everything' : `only ${brought}`}`);
await collector.shutdown();
