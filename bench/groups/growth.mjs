// How the cost of an item grows with what there is of other things: at one, ten and a hundred times.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileStorage } from 'rimp-telemetry';
import { digits, median, quick, table } from '../harness.mjs';
import { batchOf, FORMS, START, STEP, writeLines } from '../lines.mjs';
import { collectorTo, MAKERS, nullStorage } from '../parts.mjs';

const directory = mkdtempSync(join(tmpdir(), 'rimp-bench-'));
process.on('exit', () => rmSync(directory, { recursive: true, force: true }));
const CALLS = 20_000;
const ROUNDS = quick ? 3 : 7;
let heard = 0;
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Microseconds of the processor for each operation, the middle of some rounds after one that warms up. */
async function cost(operations, work) {
  const found = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    const before = process.cpuUsage();
    await work(round);
    const { user, system } = process.cpuUsage(before);
    if (round > 0) found.push((user + system) / operations);
  }
  return median(found);
}
async function calls(collector, collect) {
  const microseconds = await cost(CALLS, async () => {
    for (let i = 0; i < CALLS; i += 1) {
      collect(i);
      if (i % 1000 === 999) await turn();
    }
    await collector.forceFlush();
  });
  await collector.shutdown();
  return microseconds;
}
const events = (collector) => calls(collector, (i) => collector.collectEvent('shop', 'placed', 'info', MAKERS[4](i)));

const GROWTHS = {
  'an event, with 1, 10, 100 listeners': (times) => {
    const collector = collectorTo();
    for (let i = 0; i < times; i += 1) {
      collector.addListener((data) => {
        heard += data.events.length;
      });
    }
    return events(collector);
  },
  'an event, with 1, 10, 100 sinks': (times) => {
    const collector = collectorTo();
    for (let i = 1; i < times; i += 1) collector.addSink(`s${i}`, nullStorage());
    return events(collector);
  },
  'an event, with a buffer of 100, 1,000, 10,000': (times) =>
    events(collectorTo(nullStorage(), { bufferSize: 100 * times })),
  'an event, with 10, 100, 1,000 sources': (times) => {
    const collector = collectorTo();
    return calls(collector, (i) => collector.collectEvent(`s${i % (10 * times)}`, 'placed', 'info', MAKERS[4](i)));
  },
  'a measurement, with 100, 1,000, 10,000 series': (times) => {
    const collector = collectorTo();
    return calls(collector, (i) => collector.collectMetric('m', i, 'items', { route: `r${i % (100 * times)}` }));
  },
  'a line appended to a file of 10,000, 100,000, 1,000,000': async (times) => {
    const path = join(directory, `${times}.jsonl`);
    writeLines(path, 10_000 * times, FORMS.ours);
    const storage = new FileStorage(path);
    const microseconds = await cost(10_000, async (round) => {
      for (let i = 0; i < 10; i += 1) await storage.store(batchOf(round * 10_000 + i * 1000, 1000));
    });
    await storage.close();
    return microseconds;
  },
  'a line read of a file of 10,000, 100,000, 1,000,000': (times) => {
    const path = join(directory, `${times}.jsonl`);
    writeLines(path, 10_000 * times, FORMS.ours);
    return cost(10_000 * times, async () => {
      for await (const _item of new FileStorage(path).scan());
    });
  },
  'a window of 100 items, no index, of as many': (times) => {
    const startTime = new Date(START + 7000 * times * STEP);
    const endTime = new Date(startTime.getTime() + 99 * STEP);
    return cost(1, () => new FileStorage(join(directory, `${times}.jsonl`)).retrieve({ startTime, endTime }));
  },
};
const rows = [];
for (const [name, at] of Object.entries(GROWTHS)) {
  const found = [];
  for (const times of [1, 10, 100]) found.push(await at(times));
  rows.push([name, ...found.map(digits), (found[2] / found[0]).toFixed(2)]);
}
table('growth', 'µs of a processor', ['1×', '10×', '100×', '100× over 1×'], rows);
process.exit();
