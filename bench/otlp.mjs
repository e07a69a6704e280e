// OTLP: the receiver, and shipping; exporting is a group of npm run bench. Usage: node bench/otlp.mjs [records]
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { JsonLogsSerializer, ProtobufLogsSerializer } from '@opentelemetry/otlp-transformer';
import { createOtlpReceiver, shipTelemetry, TelemetryCollector } from 'rimp-telemetry';
import { compare, median, timed } from './harness.mjs';
import { fieldsOf } from './lines.mjs';

const RECORDS = Number(process.argv[2] ?? 100_000);
const ROUNDS = 5;

/** A receiver in a process of its own, which reports the time of its processor. */
async function receive(backend) {
  const directory = mkdtempSync(join(tmpdir(), 'rimp-bench-'));
  const storage = backend === 'file' ? { storageBackend: 'file', storagePath: join(directory, 'a.jsonl') } : {};
  const collector = new TelemetryCollector({ ...storage, bufferSize: 10_000 });
  const receiver = await createOtlpReceiver({ collector, port: 0 });
  process.send({ url: receiver.url });
  let before = process.cpuUsage();
  process.on('message', () => {
    const { user, system } = process.cpuUsage(before);
    before = process.cpuUsage();
    process.send({ cpuSeconds: (user + system) / 1e6, delivered: collector.health().delivered });
  });
  process.on('disconnect', () => rmSync(directory, { recursive: true, force: true }));
}

async function child(program, ...args) {
  const process_ = fork(fileURLToPath(new URL(program, import.meta.url)), args);
  process.on('exit', () => process_.kill());
  const [{ url }] = await once(process_, 'message');
  const ask = async () => {
    process_.send('?');
    return (await once(process_, 'message'))[0];
  };
  return { url, ask, end: () => process_.kill() };
}

async function main() {
  await receiving();
  await shipping();
}

function post(agent, url, type, body) {
  return new Promise((resolve, reject) => {
    const request = http.request(url, { method: 'POST', agent, headers: { 'content-type': type } }, (response) => {
      response.resume();
      response.on('end', () => (response.statusCode === 200 ? resolve() : reject(new Error(response.statusCode))));
    });
    request.on('error', reject);
    request.end(body);
  });
}

async function receiving() {
  const BATCH = 512;
  const REQUESTS = 400;
  const PARALLEL = 4;
  const scope = { name: 'shop' };
  const resource = { attributes: { 'service.name': 'bench', 'process.pid': 1 } };
  const records = Array.from({ length: BATCH }, (_, i) => ({
    hrTime: [1_790_000_000, i * 1000],
    hrTimeObserved: [1_790_000_000, i * 1000],
    severityNumber: 9,
    severityText: 'INFO',
    body: `order ${i} placed`,
    attributes: { 'log.record.uid': `01a210b7-64fa-77f0-9be0-${String(i).padStart(12, '0')}`, ...fieldsOf(i) },
    droppedAttributesCount: 0,
    resource,
    instrumentationScope: scope,
  }));
  const bodies = {
    protobuf: ['application/x-protobuf', Buffer.from(ProtobufLogsSerializer.serializeRequest(records))],
    JSON: ['application/json', Buffer.from(JsonLogsSerializer.serializeRequest(records))],
  };
  console.log(`\nthe receiver: requests of ${BATCH} records, ${PARALLEL} at a time, medians of ${ROUNDS} rounds`);
  for (const backend of ['memory', 'file']) {
    for (const [encoding, [type, body]] of Object.entries(bodies)) {
      const { url, ask, end } = await child('otlp.mjs', 'receiver', backend);
      const agent = new http.Agent({ keepAlive: true, maxSockets: PARALLEL });
      const rates = [];
      const wall = [];
      const latencies = [];
      for (let round = 0; round <= ROUNDS; round += 1) {
        await ask();
        const start = performance.now();
        let left = REQUESTS;
        const one = async () => {
          while (left-- > 0) {
            const from = performance.now();
            await post(agent, `${url}/v1/logs`, type, body);
            if (round > 0) latencies.push(performance.now() - from);
          }
        };
        await Promise.all(Array.from({ length: PARALLEL }, one));
        const seconds = (performance.now() - start) / 1000;
        const { cpuSeconds } = await ask();
        if (round === 0) continue;
        rates.push((REQUESTS * BATCH) / cpuSeconds);
        wall.push((REQUESTS * BATCH) / seconds);
      }
      const count = (value) => Math.round(value).toLocaleString('en-US');
      console.log(
        `  ${encoding.padEnd(8)} to ${backend.padEnd(6)} ${count(median(wall)).padStart(8)} records/s, ` +
          `${count(median(rates)).padStart(8)} a second of one core; ${(body.length / BATCH).toFixed(0)} bytes a record; ` +
          `latency p50 ${median(latencies).toFixed(1)} ms, p99 ${median(latencies, 0.99).toFixed(1)} ms`,
      );
      agent.destroy();
      end();
    }
  }
}

async function shipping() {
  const directory = mkdtempSync(join(tmpdir(), 'rimp-bench-'));
  const path = join(directory, 'a.jsonl');
  const LINES = 2 * RECORDS;
  const line = (i) =>
    `{"type":"event","data":{"event_id":"01a210b7-64fa-77f0-9be0-${String(i).padStart(12, '0')}","timestamp":"2026-01-01T00:00:00.000Z","event_type":"info","source":"shop","message":"benched order ${i}","metadata":${JSON.stringify(fieldsOf(i))}}}\n`;
  writeFileSync(path, Array.from({ length: LINES }, (_, i) => line(i)).join(''));
  const { size } = statSync(path);
  const { url, end } = await child('sink.mjs');
  const medians = await compare(
    'shipping',
    `shipping a file of ${LINES} lines, ${(size / 1e6).toFixed(0)} MB, to a local sink`,
    'ms',
    {
      plain: () => timed(() => shipTelemetry({ files: [path], to: url })),
      gzip: () => timed(() => shipTelemetry({ files: [path], to: url, compression: 'gzip' })),
      JSON: () => timed(() => shipTelemetry({ files: [path], to: url, protocol: 'http/json' })),
    },
    { rounds: 3, per: 1 },
  );
  for (const [name, ms] of Object.entries(medians)) {
    const lines = Math.round((LINES / ms) * 1000).toLocaleString('en-US');
    console.log(`  ${name}: ${(size / 1e3 / ms).toFixed(1)} MB/s of JSON lines, ${lines} items/s`);
  }
  end();
  rmSync(directory, { recursive: true, force: true });
}

// children of this program
if (process.argv[2] === 'receiver') await receive(process.argv[3]);
else await main();
