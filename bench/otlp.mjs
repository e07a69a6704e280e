// OTLP: export against the official path, the receiver, and shipping. Usage: node bench/otlp.mjs [records]
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-proto';
import { JsonLogsSerializer, ProtobufLogsSerializer } from '@opentelemetry/otlp-transformer';
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs';
import { createOtlpReceiver, shipTelemetry, startTelemetry, TelemetryCollector } from 'rimp-telemetry';
import { compare, ratio, timed } from './harness.mjs';

const RECORDS = Number(process.argv[2] ?? 100_000);
const ROUNDS = 5;

/** Answers 200 and throws away; says how many records came, by a word that each has. */
async function sink() {
  let records = 0;
  const server = http.createServer((request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      for (let at = body.indexOf('benched'); at >= 0; at = body.indexOf('benched', at + 7)) records += 1;
      response.writeHead(200, { 'content-type': request.headers['content-type'] });
      response.end(request.headers['content-type'] === 'application/json' ? '{}' : '');
    });
  });
  server.listen(0, '127.0.0.1', () => process.send({ url: `http://127.0.0.1:${server.address().port}` }));
  process.on('message', () => {
    process.send({ records });
    records = 0;
  });
}

/** A receiver in a process of its own, which reports its processor time. */
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

async function child(...args) {
  const process_ = fork(fileURLToPath(import.meta.url), args);
  process.on('exit', () => process_.kill());
  const [{ url }] = await once(process_, 'message');
  const ask = async () => {
    process_.send('?');
    return (await once(process_, 'message'))[0];
  };
  return { url, ask, end: () => process_.kill() };
}

async function main() {
  await exporting();
  await receiving();
  await shipping();
}

const attributes = (i) => ({ user_id: `u${i % 1000}`, amount: (i % 9973) / 100, ok: true, items: i % 7 });

/** Emits in turns of the event loop, as a server does. */
async function inTurns(count, each) {
  for (let i = 0; i < count; ) {
    for (const end = Math.min(count, i + 500); i < end; i += 1) each(i);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function official(url, maxQueueSize) {
  const exporter = new OTLPLogExporter({ url: `${url}/v1/logs` });
  const config = maxQueueSize === undefined ? {} : { maxQueueSize };
  const processor = new BatchLogRecordProcessor(Object.assign(exporter, { exporter }, config), config);
  return new LoggerProvider({ processors: [processor] });
}

async function exporting() {
  const { url, ask, end } = await child('sink');
  const directory = mkdtempSync(join(tmpdir(), 'rimp-bench-'));
  const lost = {};
  const check = async (name) => {
    const { records } = await ask();
    lost[name] = Math.max(lost[name] ?? 0, RECORDS - records);
  };
  const sdk = async (run, emit) => {
    const provider = official(url, RECORDS);
    const logger = provider.getLogger('shop');
    const time = await timed(async () => {
      await run(RECORDS, (i) => emit(logger, i));
      await provider.forceFlush();
      await provider.shutdown();
    });
    return time;
  };
  const facade = (otlp) => async (run) => {
    const telemetry = startTelemetry({
      register: false,
      config: { bufferSize: 1000 },
      otlp: { endpoint: url, maxQueueSize: RECORDS, ...otlp },
    });
    return timed(async () => {
      await run(RECORDS, (i) => telemetry.collector.collectEvent('shop', 'benched order', 'info', attributes(i)));
      await telemetry.shutdown();
    });
  };
  let n = 0;
  const cases = {
    'the SDK: logger.emit, batch processor, exporter': (run) =>
      sdk(run, (logger, i) =>
        logger.emit({ severityNumber: 9, body: 'benched order', attributes: attributes(i), timestamp: Date.now() }),
      ),
    'logger.emit, queue on disk': async (run) => {
      const telemetry = startTelemetry({
        register: false,
        config: { enabled: false },
        otlp: { endpoint: url, queue: { directory: join(directory, String(n++)) } },
      });
      const logger = telemetry.loggerProvider.getLogger('shop');
      return timed(async () => {
        await run(RECORDS, (i) =>
          logger.emit({ severityNumber: 9, body: 'benched order', attributes: attributes(i), timestamp: Date.now() }),
        );
        await telemetry.shutdown();
      });
    },
    'collectEvent, queue in memory (the SDK’s parts)': facade({}),
    'collectEvent, queue on disk': (run) => facade({ queue: { directory: join(directory, String(n++)) } })(run),
  };
  const medians = await compare(
    `from the call to a local sink, ${RECORDS} records in turns of 500`,
    'µs a record',
    Object.entries(cases).map(([name, run]) => [
      name,
      async () => {
        const time = await run(inTurns);
        await check(name);
        return time * 1000;
      },
    ]),
    { rounds: ROUNDS, per: RECORDS },
  );
  const [plain, bare, memory, disk] = Object.keys(cases).map((name) => medians[name]);
  for (const [name, median] of Object.entries(medians))
    console.log(
      `  ${name.padEnd(50)} ${Math.round(1e6 / median).toLocaleString('en-US')} records/s, ${lost[name]} lost`,
    );
  ratio('records a second, queue on disk over the official parts behind collectEvent', memory / disk, 'at least 1.0');
  ratio('records a second from logger.emit, queue on disk over the SDK alone', plain / bare, 'at least 1.0');
  const calls = (endpoint) => async () => {
    const telemetry = startTelemetry({
      register: false,
      config: { bufferSize: 1000 },
      otlp: { endpoint, queue: { directory: join(directory, String(n++)) } },
    });
    const time = await timed(() =>
      inTurns(RECORDS, (i) => telemetry.collector.collectEvent('shop', 'an order', 'info', attributes(i))),
    );
    await telemetry.shutdown();
    return time * 1000;
  };
  const sites = await compare(
    'the application alone: collecting in turns, queue on disk',
    'µs a record',
    [
      ['the endpoint is up', calls(url)],
      ['the endpoint is down', calls('http://127.0.0.1:9')],
    ],
    { rounds: ROUNDS, per: RECORDS },
  );
  const [up, down] = Object.values(sites);
  ratio('down over up', down / up, 'at most 1');
  console.log(`\na burst of ${RECORDS} in one synchronous loop, at the defaults`);
  const atOnce = async (count, each) => {
    for (let i = 0; i < count; i += 1) each(i);
  };
  const provider = official(url);
  const logger = provider.getLogger('shop');
  await atOnce(RECORDS, (i) => logger.emit({ body: 'benched order', attributes: attributes(i) }));
  await provider.forceFlush();
  await provider.shutdown();
  const { records } = await ask();
  console.log(`  the SDK delivers ${records} of ${RECORDS}: ${((records / RECORDS) * 100).toFixed(1)} %`);
  const burst = {
    'queue in memory': { maxQueueSize: undefined },
    'queue on disk': { maxQueueSize: undefined, queue: { directory: join(directory, 'burst') } },
  };
  for (const [name, otlp] of Object.entries(burst)) {
    await facade(otlp)(atOnce);
    console.log(`  collectEvent, ${name}: ${(await ask()).records} of ${RECORDS}`);
  }
  end();
  rmSync(directory, { recursive: true, force: true });
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
    attributes: { 'log.record.uid': `01a210b7-64fa-77f0-9be0-${String(i).padStart(12, '0')}`, ...attributes(i) },
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
      const { url, ask, end } = await child('receiver', backend);
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
      const median = (list, at = 0.5) => list.toSorted((a, b) => a - b)[Math.floor(list.length * at)];
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
    `{"type":"event","data":{"event_id":"01a210b7-64fa-77f0-9be0-${String(i).padStart(12, '0')}","timestamp":"2026-01-01T00:00:00.000Z","event_type":"info","source":"shop","message":"benched order ${i}","metadata":${JSON.stringify(attributes(i))}}}\n`;
  writeFileSync(path, Array.from({ length: LINES }, (_, i) => line(i)).join(''));
  const { size } = statSync(path);
  const { url, end } = await child('sink');
  const medians = await compare(
    `shipping a file of ${LINES} lines, ${(size / 1e6).toFixed(0)} MB, to a local sink`,
    'ms',
    [
      ['plain', () => timed(() => shipTelemetry({ files: [path], to: url }))],
      ['gzip', () => timed(() => shipTelemetry({ files: [path], to: url, compression: 'gzip' }))],
      ['JSON', () => timed(() => shipTelemetry({ files: [path], to: url, protocol: 'http/json' }))],
    ],
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
if (process.argv[2] === 'sink') await sink();
else if (process.argv[2] === 'receiver') await receive(process.argv[3]);
else await main();
