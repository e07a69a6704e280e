import {
  appendFileSync,
  copyFileSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  createOtlpReceiver,
  FileStorage,
  MemoryStorage,
  type OtlpReceiver,
  shipTelemetry,
  TelemetryCollector,
} from 'rimp-telemetry';

const folder = mkdtempSync(join(tmpdir(), 'rimp-changed-'));
const memory = new MemoryStorage();
const collector = new TelemetryCollector({}, { storage: memory });
let receiver: OtlpReceiver;
let path = '';
let warnings: string[] = [];
beforeAll(async () => {
  receiver = await createOtlpReceiver({ collector, port: 0 });
});
beforeEach(async () => {
  path = join(mkdtempSync(join(folder, 'one-')), 'telemetry.jsonl');
  warnings = [];
  await memory.clear();
});
afterAll(async () => {
  await receiver.shutdown();
  await collector.shutdown();
  rmSync(folder, { recursive: true });
});

// lines of equal length: only what is in them differs
const line = (id: string): string =>
  `{"type":"event","data":{"event_id":"${id.padStart(8, '-')}","timestamp":"2026-01-01T00:00:00.000Z","event_type":"info","source":"s","message":"m","metadata":null}}\n`;
const ids = (name: string, from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, i) => `${name}${from + i}`);
const lines = (...names: readonly string[]): string => names.map(line).join('');

/** Ships, and gives the ids that arrived by it. */
async function ship(): Promise<string[]> {
  await memory.clear();
  const { complete, unreadable } = await shipTelemetry({
    to: receiver.url,
    files: [path],
    checkpoint: `${path}.checkpoint`,
    onWarning: (what) => void warnings.push(what),
  });
  expect([complete, unreadable]).toEqual([true, {}]);
  return (await memory.retrieve()).events.map(({ eventId }) => eventId.replace(/^-+/, ''));
}

/** What happens to a file of the lines a0 to a19 that was read to its end, and which lines are new by that. */
const CHANGES: readonly (readonly [string, () => void, readonly string[], readonly string[]])[] = [
  [
    'is truncated and written anew, up to fewer bytes',
    () => {
      truncateSync(path, 0);
      appendFileSync(path, lines(...ids('b', 0, 5)));
    },
    ids('b', 0, 5),
    ids('b', 0, 5),
  ],
  [
    'is truncated and written anew, up to the same number of bytes',
    () => {
      truncateSync(path, 0);
      appendFileSync(path, lines(...ids('b', 0, 20)));
    },
    ids('b', 0, 20),
    ids('b', 0, 20),
  ],
  [
    'is truncated and written anew, up to more bytes, with the same beginning',
    () => {
      truncateSync(path, statSync(path).size / 2);
      appendFileSync(path, lines(...ids('b', 0, 40)));
    },
    ids('b', 0, 40),
    [...ids('a', 0, 10), ...ids('b', 0, 40)],
  ],
  [
    'is replaced by another one with the same first line',
    () => {
      writeFileSync(`${path}.new`, lines('a0', ...ids('b', 0, 40)));
      renameSync(`${path}.new`, path);
    },
    ids('b', 0, 40),
    ['a0', ...ids('b', 0, 40)],
  ],
  [
    'is edited in place, without a change of its length',
    () => writeFileSync(path, lines(...ids('a', 0, 15), ...ids('b', 0, 5), ...ids('c', 0, 3))),
    [...ids('b', 0, 5), ...ids('c', 0, 3)],
    [...ids('a', 0, 15), ...ids('b', 0, 5), ...ids('c', 0, 3)],
  ],
  [
    'is a copy of itself with a new inode, and written on',
    () => {
      copyFileSync(path, `${path}.copy`);
      rmSync(path);
      renameSync(`${path}.copy`, path);
      appendFileSync(path, lines(...ids('b', 0, 5)));
    },
    ids('b', 0, 5),
    ids('b', 0, 5),
  ],
];

describe('a file that was shipped', () => {
  it.each(CHANGES)('and %s: nothing new is missed', async (_what, change, added, sent) => {
    writeFileSync(path, lines(...ids('a', 0, 20)));
    expect(await ship()).toEqual(ids('a', 0, 20));
    change();
    const arrived = await ship();
    expect(arrived).toEqual(expect.arrayContaining([...added]));
    expect(arrived).toEqual(sent);
    expect(await ship()).toEqual([]);
  });

  it('and is restored from a backup of an earlier state, then written on otherwise: what came since is sent', async () => {
    writeFileSync(path, lines(...ids('a', 0, 10)));
    copyFileSync(path, `${path}_backup`);
    appendFileSync(path, lines(...ids('a', 10, 20)));
    expect(await ship()).toEqual(ids('a', 0, 20));
    copyFileSync(`${path}_backup`, path);
    expect(await ship()).toEqual(ids('a', 0, 10));
    expect(warnings).toEqual([expect.stringContaining('it is sent from its beginning')]);
    appendFileSync(path, lines(...ids('b', 0, 30)));
    expect(await ship()).toEqual(ids('b', 0, 30));
  });

  it('and whose last line has no end yet is read on when it has one', async () => {
    writeFileSync(path, lines(...ids('a', 0, 3)) + line('a3').slice(0, 60));
    await memory.clear();
    const first = await shipTelemetry({ to: receiver.url, files: [path], checkpoint: `${path}.checkpoint` });
    expect(first.events).toBe(3);
    appendFileSync(path, line('a3').slice(60) + line('a4'));
    expect(await ship()).toEqual(['a3', 'a4']);
  });
});

describe('a file that was queried with a cursor', () => {
  it.each(CHANGES)('and %s: nothing new is missed', async (_what, change, added) => {
    writeFileSync(path, lines(...ids('a', 0, 20)));
    const storage = new FileStorage(path);
    const { cursor } = await storage.retrieve();
    change();
    const { events } = await storage.retrieve({ after: cursor });
    expect(events.map(({ eventId }) => eventId.replace(/^-+/, ''))).toEqual(expect.arrayContaining([...added]));
    await storage.close();
  });
});
