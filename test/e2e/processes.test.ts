import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterAll, describe, expect, it } from '@jest/globals';
import { FileStorage } from 'rimp-telemetry';

// below the package, so that the programs find it by its name
mkdirSync('build', { recursive: true });
const directory = mkdtempSync(join(process.cwd(), 'build', 'processes-'));
afterAll(() => rmSync(directory, { recursive: true }));

const EVENTS = 3_000;
const WRITE = `
const { TelemetryCollector } = require('rimp-telemetry');
const { workerData } = require('node:worker_threads');
const path = workerData?.path ?? process.argv[2];
const collector = new TelemetryCollector({ storageBackend: 'file', storagePath: path, bufferSize: 37 });
let left = ${EVENTS};
(function some() {
  for (let i = 0; i < 100; i += 1, left -= 1) collector.collectEvent('p', 'x'.repeat(left % 977), 'info', { left });
  // a turn of the loop for the others
  if (left > 0) setImmediate(some);
  else collector.collectMetric('done', 1), process.disconnect?.();
})();`;

describe('several writers of one file', () => {
  it('8 processes and 4 worker threads, at once: no torn or mixed line, nothing lost, each recognisable', async () => {
    const path = join(directory, 'shared.jsonl');
    const script = join(directory, 'write.cjs');
    writeFileSync(script, WRITE);
    const ends = [
      ...Array.from({ length: 8 }, () => once(fork(script, [path]), 'exit')),
      ...Array.from({ length: 4 }, () => once(new Worker(script, { workerData: { path } }), 'exit')),
    ];
    expect((await Promise.all(ends)).map(([code]) => code as number)).toEqual(ends.map(() => 0));
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
    expect(lines.length).toBe(12 * (EVENTS + 1));
    const writers = new Map<string, number>();
    const ids = new Set<string>();
    const storage = new FileStorage(path);
    for await (const item of storage.scan()) {
      const resource = item.otel?.resource ?? {};
      const writer = JSON.stringify([resource['process.pid'], resource['thread.id']]);
      writers.set(writer, (writers.get(writer) ?? 0) + 1);
      ids.add('eventId' in item ? item.eventId : item.metricId);
    }
    expect(ids.size).toBe(lines.length);
    expect([...writers.values()]).toEqual(ends.map(() => EVENTS + 1));
    expect(storage.unreadableLines.count).toBe(0);
  }, 60_000);
});
