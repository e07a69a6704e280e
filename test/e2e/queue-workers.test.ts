import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, it } from '@jest/globals';
import { answering, closeSinks } from '../helpers/otlp-sink.js';
import { until } from '../helpers/until.js';

// below the package, so that the programs find it by its name
mkdirSync('build', { recursive: true });
const directory = mkdtempSync(join(process.cwd(), 'build', 'queue-workers-'));
afterAll(async () => {
  await closeSinks();
  rmSync(directory, { recursive: true });
});

it.each([
  ['terminated', 'setInterval(() => undefined, 1_000);'],
  ['ended', 'setTimeout(() => process.exit(), 10);'],
])('what a worker thread that was %s left is sent by its process at once', async (end, last) => {
  let status = 503;
  const sink = await answering(() => ({ status }));
  const start = `const { startTelemetry } = require('rimp-telemetry');
    const telemetry = startTelemetry({
      register: false,
      otlp: { endpoint: '${sink.url}', protocol: 'http/json', queue: { directory: ${JSON.stringify(join(directory, end))} } },
    });`;
  writeFileSync(
    join(directory, `${end}-worker.cjs`),
    `${start}
    telemetry.collector.collectEvent('worker', 'of the worker');
    setImmediate(() => setImmediate(() => { require('node:worker_threads').parentPort.postMessage('written'); ${last} }));`,
  );
  writeFileSync(
    join(directory, `${end}.cjs`),
    `${start}
    const worker = new (require('node:worker_threads').Worker)(${JSON.stringify(join(directory, `${end}-worker.cjs`))});
    worker.on('message', () => { if ('${end}' === 'terminated') worker.terminate(); });
    worker.on('exit', () => process.stdout.write('over'));
    setInterval(() => telemetry.forceFlush(), 200);`,
  );
  const child = spawn(process.execPath, [join(directory, `${end}.cjs`)], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  status = 200;
  // before leases are looked at again by the clock, every 10 seconds
  await until(() => sink.requests.some(({ body }) => body.toString().includes('of the worker')), 8_000);
  child.kill('SIGKILL');
  await once(child, 'close');
});
