// A file of 1 GiB: reading it whole, and a range of 1 % of it as the first thing that a process does.
// Usage: node bench/large-file.mjs [mebibytes]
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FileStorage, TelemetryData, TelemetryEvent } from 'rimp-telemetry';

const START = Date.UTC(2026, 0, 1);
const [first = '1024', path, from, to] = process.argv.slice(2);

if (path !== undefined) {
  const query =
    from === undefined ? {} : { startTime: new Date(START + Number(from)), endTime: new Date(START + Number(to)) };
  const start = performance.now();
  let items = 0;
  for await (const _item of new FileStorage(path).scan(query)) items += 1;
  const milliseconds = performance.now() - start;
  console.log(JSON.stringify({ items, milliseconds, peakMebibytes: process.resourceUsage().maxRSS / 1024 }));
} else {
  const directory = mkdtempSync(join(tmpdir(), 'rimp-bench-'));
  const file = join(directory, 'large.jsonl');
  const storage = new FileStorage(file);
  let lines = 0;
  while (!existsSync(file) || statSync(file).size < Number(first) * 2 ** 20) {
    const events = Array.from({ length: 1000 }, (_, i) => {
      const n = lines + i;
      // some seconds out of order, as several writers make them
      return new TelemetryEvent({
        source: 'shop',
        message: `order ${n} placed`,
        timestamp: new Date(START + n * 10 + ((n * 7919) % 1000) * 5),
        metadata: { user_id: `u${n % 1000}`, amount: (n % 9973) / 100, ok: true },
      });
    });
    lines += 1000;
    await storage.store(new TelemetryData({ events }));
  }
  await storage.close();
  const measure = (...times) => {
    const runs = Array.from({ length: 3 }, () =>
      JSON.parse(
        execFileSync(process.execPath, [fileURLToPath(import.meta.url), first, file, ...times.map(String)], {
          encoding: 'utf8',
        }),
      ),
    );
    return runs.toSorted((a, b) => a.milliseconds - b.milliseconds)[1];
  };
  console.log(
    `${(statSync(file).size / 2 ** 20).toFixed(0)} MiB, ${lines} lines, Node ${process.version}, medians of 3`,
  );
  const whole = measure();
  const range = [lines * 10 * 0.6, lines * 10 * 0.61];
  const part = measure(...range);
  rmSync(`${file}.idx`);
  const without = measure(...range);
  for (const [name, run] of [
    ['the whole, scan', whole],
    ['1 %, first query of a process', part],
    ['1 %, without the index', without],
  ]) {
    console.log(
      `  ${name.padEnd(32)} ${run.milliseconds.toFixed(0).padStart(6)} ms  ${run.items} items, peak memory ${run.peakMebibytes.toFixed(0)} MiB  (${((100 * run.milliseconds) / whole.milliseconds).toFixed(2)} % of the whole)`,
    );
  }
  rmSync(directory, { recursive: true });
}
