// What a record costs on its way through a Collector, and on disk: the figures of docs/scaling.md.
// Usage: OTELCOL=<program> node bench/scaling.mjs [records]
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import http from 'node:http';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { FileStorage, SqliteStorage, startTelemetry } from 'rimp-telemetry';
import { fieldsOf } from './lines.mjs';

const here = fileURLToPath(import.meta.url);

/** A back end that takes everything and counts bytes. */
function sink() {
  let bytes = 0;
  let requests = 0;
  const server = http.createServer((request, response) => {
    request.on('data', (chunk) => {
      bytes += chunk.length;
    });
    request.on('end', () => {
      requests += 1;
      response.writeHead(200, { 'content-type': request.headers['content-type'] });
      response.end();
    });
  });
  server.listen(0, '127.0.0.1', () => process.send({ url: `http://127.0.0.1:${server.address().port}` }));
  process.on('message', () => process.send({ bytes, requests }));
}

/** Seconds that a process has had a processor, as Linux counts. */
function cpuSeconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/.*\) /, '').split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

async function through(url, program, records) {
  const listen = '127.0.0.1:43180';
  const config = join(here, '..', '..', 'examples', 'collector.yaml');
  const collector = spawn(program, ['--config', config], {
    env: { ...process.env, LISTEN: listen, UPSTREAM: url },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  process.on('exit', () => collector.kill('SIGKILL'));
  await new Promise((resolve, reject) => {
    let text = '';
    collector.stderr.on('data', (chunk) => {
      text += chunk;
      if (text.includes('Everything is ready')) resolve();
    });
    collector.once('exit', () => reject(new Error(text)));
  });
  const directory = mkdtempSync(join(tmpdir(), 'rimp-bench-'));
  const telemetry = startTelemetry({
    register: false,
    config: { bufferSize: 1000 },
    otlp: { endpoint: `http://${listen}`, compression: 'gzip', queue: { directory } },
  });
  const before = process.cpuUsage();
  const start = performance.now();
  for (let i = 0; i < records; ) {
    for (const end = i + 500; i < end; i += 1)
      telemetry.collector.collectEvent('shop', `order ${i} placed`, 'info', fieldsOf(i));
    await new Promise((resolve) => setImmediate(resolve));
  }
  await telemetry.shutdown({ timeoutMillis: 120_000 });
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(before);
  const { delivered } = telemetry.collector.health().sinks['otlp-logs'];
  const ofCollector = cpuSeconds(collector.pid);
  const gone = once(collector, 'exit');
  collector.kill();
  await gone;
  rmSync(directory, { recursive: true, force: true });
  return { seconds, delivered, app: (user + system) / records, collector: (ofCollector * 1e6) / records };
}

async function onDisk(records) {
  const directory = mkdtempSync(join(tmpdir(), 'rimp-bench-'));
  const { TelemetryCollector } = await import('rimp-telemetry');
  const sizes = {};
  for (const [name, storage] of [
    ['file', new FileStorage(join(directory, 'a.jsonl'))],
    ['SQLite', new SqliteStorage(join(directory, 'a.db'))],
  ]) {
    const collector = new TelemetryCollector({ bufferSize: 1000 }, { storage });
    for (let i = 0; i < records; i += 1) {
      collector.collectEvent('shop', `order ${i} placed`, 'info', fieldsOf(i));
      if (i % 5000 === 0) await collector.forceFlush();
    }
    await collector.shutdown();
    await storage.close();
    sizes[name] = statSync(join(directory, name === 'file' ? 'a.jsonl' : 'a.db')).size / records;
    if (name === 'file') sizes.gzip = gzipSync(readFileSync(join(directory, 'a.jsonl'))).length / records;
  }
  rmSync(directory, { recursive: true, force: true });
  return sizes;
}

async function main() {
  const records = Number(process.argv[2] ?? 300_000);
  const program = process.env.OTELCOL ?? join(homedir(), '.cache', 'rimp-tools', 'otelcol', 'otelcol');
  if (!existsSync(program)) throw new Error('name the Collector’s program with OTELCOL');
  const back = fork(here, ['sink']);
  process.on('exit', () => back.kill());
  const [{ url }] = await once(back, 'message');
  await through(url, program, 20_000);
  back.send('?');
  const [first] = await once(back, 'message');
  const run = await through(url, program, records);
  back.send('?');
  const [last] = await once(back, 'message');
  console.log(`${run.delivered} of ${records} records delivered in ${run.seconds.toFixed(1)} s, through a Collector:`);
  console.log(
    `  application  ${run.app.toFixed(2)} µs of a core a record (collect, serialise, queue on disk, gzip, send)`,
  );
  console.log(`  Collector    ${run.collector.toFixed(2)} µs of a core a record (gzip both ways)`);
  console.log(`  network      ${((last.bytes - first.bytes) / records).toFixed(0)} bytes a record, gzip`);
  const sizes = await onDisk(50_000);
  for (const [name, size] of Object.entries(sizes))
    console.log(`  ${name.padEnd(12)} ${size.toFixed(0)} bytes an event`);
  back.kill();
}

if (process.argv[2] === 'sink') sink();
else await main();
