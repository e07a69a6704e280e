// What a flush costs: handing over what is buffered, and having it stored.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileStorage } from 'rimp-telemetry';
import { compare, quick, timed } from '../harness.mjs';
import { collectorTo, MAKERS } from '../parts.mjs';

const directory = mkdtempSync(join(tmpdir(), 'rimp-bench-'));
process.on('exit', () => rmSync(directory, { recursive: true, force: true }));
const make = MAKERS[4];
let files = 0;

for (const items of quick ? [1000] : [1000, 100_000]) {
  const filled = (storage) => {
    const collector = collectorTo(storage, { bufferSize: items + 1, flushInterval: 3600 });
    for (let i = 0; i < items; i += 1) collector.collectEvent('shop', 'order placed', 'info', make(i));
    return collector;
  };
  const stored = (storageOf) => async () => {
    const collector = filled(storageOf());
    const time = await timed(() => collector.forceFlush());
    const { delivered } = collector.health();
    if (delivered !== items) throw new Error(`${delivered} of ${items} delivered`);
    await collector.shutdown();
    return time;
  };
  await compare(
    `flush-${items}`,
    `a flush of ${items} events`,
    'ns an item',
    {
      'flush() to nowhere': () => {
        const collector = filled();
        return timed(() => collector.flush());
      },
      'forceFlush() to memory': stored(() => undefined),
      'forceFlush() to a file': stored(() => new FileStorage(join(directory, `${files++}.jsonl`))),
      "forceFlush() to a file, durability 'fsync'": stored(
        () => new FileStorage({ path: join(directory, `${files++}.jsonl`), durability: 'fsync' }),
      ),
    },
    { per: items / 1e6, rounds: quick ? 5 : 11 },
  );
}
process.exit();
