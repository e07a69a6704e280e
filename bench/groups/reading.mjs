// Reading a file, each time as the first thing that a process does, beside a streaming loop of split and JSON.parse.
import { execFileSync } from 'node:child_process';
import { createReadStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { compare, quick, ratio } from '../harness.mjs';
import { FORMS, START, STEP, writeLines } from '../lines.mjs';

const LINES = quick ? 200_000 : 1_000_000;

const READERS = {
  async split(path) {
    let items = 0;
    let rest = '';
    for await (const chunk of createReadStream(path, { encoding: 'utf8', highWaterMark: 262_144 })) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop();
      for (const line of lines) if (JSON.parse(line).data !== undefined) items += 1;
    }
    return items;
  },
  async readline(path) {
    let items = 0;
    for await (const line of createInterface({ input: createReadStream(path) }))
      if (JSON.parse(line).data !== undefined) items += 1;
    return items;
  },
  async scan(path, storage) {
    let items = 0;
    for await (const item of storage.scan()) if (item.source !== undefined) items += 1;
    return items;
  },
  async retrieve(path, storage) {
    return (await storage.retrieve()).size;
  },
  async window(path, storage) {
    const startTime = new Date(START + LINES * 0.7 * STEP);
    return (await storage.retrieve({ startTime, endTime: new Date(startTime.getTime() + 99 * STEP + STEP - 1) })).size;
  },
};

const [reader, path] = process.argv.slice(2).filter((argument) => argument !== '--quick');
if (reader !== undefined) {
  const { FileStorage } = await import('rimp-telemetry');
  const before = process.cpuUsage();
  const start = performance.now();
  const items = await READERS[reader](path, new FileStorage(path));
  const milliseconds = performance.now() - start;
  const { user, system } = process.cpuUsage(before);
  console.log(JSON.stringify({ milliseconds, cpu: (user + system) / 1000, items }));
  process.exit();
}

const directory = mkdtempSync(join(tmpdir(), 'rimp-bench-'));
process.on('exit', () => rmSync(directory, { recursive: true, force: true }));
const read =
  (name, file, expected = LINES) =>
  () => {
    const args = [fileURLToPath(import.meta.url), name, file, ...(quick ? ['--quick'] : [])];
    const { items, ...times } = JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }));
    if (items !== expected) throw new Error(`${name}: ${items} of ${expected}`);
    return times;
  };
for (const [form, lineOf] of Object.entries(FORMS)) {
  const file = join(directory, `${form}.jsonl`);
  writeLines(file, LINES, lineOf);
  const isOurs = form === 'ours';
  const m = await compare(
    `reading-${form}`,
    `${LINES} lines, ${form === 'metadataFirst' ? 'metadata first' : form}`,
    'ms',
    {
      'stream, split, JSON.parse': read('split', file),
      ...(isOurs && { 'readline, JSON.parse': read('readline', file) }),
      'FileStorage.scan': read('scan', file),
      ...(isOurs && { 'FileStorage.retrieve': read('retrieve', file) }),
      'a window of 100 items, no index': read('window', file, 100),
    },
    { rounds: quick ? 2 : 5 },
  );
  const plain = m['stream, split, JSON.parse'];
  ratio(`${form}: items a second of scan over the loop`, plain / m['FileStorage.scan'], 'at least 1.0');
  ratio(
    `${form}: the window over the whole scan`,
    m['a window of 100 items, no index'] / m['FileStorage.scan'],
    'at most 0.01',
  );
  rmSync(file);
}
process.exit();
