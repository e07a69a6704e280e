// The longest time that the event loop is blocked, by a timer of one millisecond, while something large goes on.
import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createOtlpReceiver, FileStorage } from 'rimp-telemetry';
import { median, quick, ratio, table } from '../harness.mjs';
import { FORMS, writeLines } from '../lines.mjs';
import { collectorTo, MAKERS } from '../parts.mjs';

const AIM = 50;
const LINES = quick ? 200_000 : 1_000_000;
const ITEMS = 100_000;
const directory = mkdtempSync(join(tmpdir(), 'rimp-bench-'));
process.on('exit', () => rmSync(directory, { recursive: true, force: true }));
const lines = join(directory, 'lines.jsonl');
writeLines(lines, LINES, FORMS.ours);

/** The longest time between two calls of a timer while some work goes on. */
async function pauseOf(work) {
  let last = performance.now();
  let longest = 0;
  const look = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
  };
  const timer = setInterval(look, 1);
  await new Promise((resolve) => setTimeout(resolve, 20));
  longest = 0;
  await work();
  await new Promise((resolve) => setTimeout(resolve, 5));
  look();
  clearInterval(timer);
  return longest;
}

let files = 0;
const flush = (storageOf) => async () => {
  const collector = collectorTo(storageOf(), { bufferSize: ITEMS + 1, flushInterval: 3600 });
  // a buffer that takes too much memory is flushed by the call that fills it
  let longestCall = 0;
  for (let i = 0; i < ITEMS; i += 1) {
    const start = performance.now();
    collector.collectEvent('shop', 'order placed', 'info', MAKERS[4](i));
    longestCall = Math.max(longestCall, performance.now() - start);
  }
  const pause = await pauseOf(() => collector.forceFlush());
  await collector.shutdown();
  return Math.max(longestCall, pause);
};

/** A request over OTLP/JSON of 16 MiB. */
function largeRequest() {
  const record = (i) =>
    `{"timeUnixNano":"1790000000000000000","severityNumber":9,"body":{"stringValue":"order ${i} placed"},"attributes":[{"key":"user_id","value":{"stringValue":"u${i % 1000}"}},{"key":"items","value":{"intValue":"${i % 7}"}}]}`;
  const records = [];
  for (let length = 0, i = 0; length < 15.8 * 2 ** 20; i += 1) {
    records.push(record(i));
    length += records[i].length + 1;
  }
  // as many exporters' batches put together by a Collector
  const scopes = [];
  for (let at = 0; at < records.length; at += 1000)
    scopes.push(`{"scope":{"name":"shop"},"logRecords":[${records.slice(at, at + 1000).join(',')}]}`);
  return `{"resourceLogs":[{"resource":{},"scopeLogs":[${scopes.join(',')}]}]}`;
}
const body = Buffer.from(largeRequest());
async function request() {
  const collector = collectorTo(undefined, { bufferSize: 10_000 }, { maxQueueSize: 1_000_000, maxQueueBytes: 2 ** 30 });
  const receiver = await createOtlpReceiver({ collector, port: 0, maxBodyBytes: 2 ** 24 });
  const pause = await pauseOf(
    () =>
      new Promise((resolve, reject) => {
        const sent = http.request(
          `${receiver.url}/v1/logs`,
          { method: 'POST', headers: { 'content-type': 'application/json' } },
          (response) => {
            response.resume();
            response.on('end', () =>
              response.statusCode === 200 ? resolve() : reject(new Error(response.statusCode)),
            );
          },
        );
        sent.on('error', reject);
        sent.end(body);
      }),
  );
  await receiver.shutdown();
  await collector.shutdown();
  return pause;
}

const cases = {
  'a timer alone, one second': () => pauseOf(() => new Promise((resolve) => setTimeout(resolve, 1000))),
  [`flush of ${ITEMS} events to memory`]: flush(() => undefined),
  [`flush of ${ITEMS} events to a file`]: flush(() => new FileStorage(join(directory, `${files++}.jsonl`))),
  [`flush of ${ITEMS} events to a file, durability 'fsync'`]: flush(
    () => new FileStorage({ path: join(directory, `${files++}.jsonl`), durability: 'fsync' }),
  ),
  [`retrieve of ${LINES} lines`]: () => pauseOf(() => new FileStorage(lines).retrieve()),
  [`scan of ${LINES} lines`]: () =>
    pauseOf(async () => {
      for await (const _item of new FileStorage(lines).scan());
    }),
  'a window of a file without an index': () =>
    pauseOf(() => new FileStorage(lines).retrieve({ startTime: new Date(Date.UTC(2026, 0, 1, 0, 10)), limit: 100 })),
  'a request of 16 MiB, OTLP/JSON': request,
};
const rows = [];
for (const [name, run] of Object.entries(cases)) {
  const found = [];
  for (let round = 0; round < (quick ? 2 : 5); round += 1) {
    globalThis.gc?.();
    found.push(await run());
  }
  rows.push([name, median(found).toFixed(1), Math.max(...found).toFixed(1)]);
}
table('pauses', 'longest pause of the event loop', ['ms, median', 'ms, worst'], rows);
for (const [name, middle] of rows.slice(1)) ratio(`${name}: ms`, Number(middle), `at most ${AIM}`);
process.exit();
