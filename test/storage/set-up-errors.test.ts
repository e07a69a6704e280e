import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  createOtlpReceiver,
  FileStorage,
  SqliteStorage,
  TelemetryCollector,
  TelemetryData,
  TelemetryEvent,
} from 'rimp-telemetry';
import { FaultyFs } from '../helpers/faulty-fs.js';
import { expectBalance } from '../helpers/ledger.js';
import { logsRequest, post } from '../helpers/otlp.js';
import { until } from '../helpers/until.js';

let folder = '';
let faulty: FaultyFs | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rimp-set-up-'));
});
afterEach(() => {
  faulty?.restore();
  faulty = undefined;
  rmSync(folder, { recursive: true, force: true });
});

const batch = (message = 'm') => new TelemetryData({ events: [new TelemetryEvent({ source: 's', message })] });
const errorOf = (storage: FileStorage | SqliteStorage): unknown => {
  try {
    storage.storeSync(batch());
  } catch (error) {
    return error;
  }
  return undefined;
};

const PLACES: readonly (readonly [string, () => string])[] = [
  [
    'a directory in its place',
    () => {
      mkdirSync(join(folder, 'place'));
      return join(folder, 'place');
    },
  ],
  [
    'a file for a directory',
    () => {
      writeFileSync(join(folder, 'file'), '');
      return join(folder, 'file', 'telemetry');
    },
  ],
  [
    'a file for a directory further up',
    () => {
      writeFileSync(join(folder, 'file'), '');
      return join(folder, 'file', 'directory', 'telemetry');
    },
  ],
  [
    'a loop of links',
    () => {
      symlinkSync(join(folder, 'b'), join(folder, 'a'));
      symlinkSync(join(folder, 'a'), join(folder, 'b'));
      return join(folder, 'a');
    },
  ],
  ['a name that is too long', () => join(folder, 'x'.repeat(300))],
];

describe.each([
  ['FileStorage', (path: string) => new FileStorage(path)],
  ['SqliteStorage', (path: string) => new SqliteStorage(path)],
] as const)('%s', (_name, open) => {
  it.each(PLACES)('says of %s that the set-up takes nothing', (_what, place) => {
    expect(errorOf(open(place()))).toMatchObject({ code: 'RIMP_STORAGE', concerns: 'storage', permanent: false });
  });

  it('makes its file with the mode of its options, whatever the umask is, and leaves one that is there', async () => {
    const path = join(folder, 'made');
    const before = process.umask(0o777);
    try {
      const Storage = open(path).constructor as typeof FileStorage | typeof SqliteStorage;
      const storage = new Storage({ path, mode: 0o640 });
      storage.storeSync(batch());
      expect(statSync(path).mode & 0o777).toBe(0o640);
      await storage.close();
      const other = new Storage({ path, mode: 0o600 });
      other.storeSync(batch());
      await other.close();
      expect(statSync(path).mode & 0o777).toBe(0o640);
      expect(() => new Storage({ path, mode: 0o1000 })).toThrow('expected "mode" to be a file mode from 0 to 0o777');
    } finally {
      process.umask(before);
    }
  });
});

it('gives the log of a database the mode of the database', () => {
  const path = join(folder, 'data.db');
  const storage = new SqliteStorage({ path, mode: 0o600 });
  storage.storeSync(batch());
  expect(statSync(`${path}-wal`).mode & 0o777).toBe(0o600);
  return storage.close();
});

describe('an errno of a file', () => {
  it.each([
    ['EACCES', 'storage'],
    ['EPERM', 'storage'],
    ['EROFS', 'storage'],
    ['ENOSPC', undefined],
    ['EDQUOT', undefined],
    ['EMFILE', undefined],
    ['ENFILE', undefined],
    ['EIO', undefined],
    ['EBUSY', undefined],
  ])('%s concerns %s', (code, concerns) => {
    faulty = new FaultyFs({ under: folder, code, only: /^openSync$/ });
    const error = errorOf(new FileStorage(join(folder, 'telemetry.jsonl'))) as {
      concerns?: string;
      permanent: boolean;
    };
    expect(faulty.failed).toHaveLength(1);
    expect([error.concerns, error.permanent]).toEqual([concerns, false]);
  });

  it.each(['EACCES', 'EROFS'])('%s of fdatasync says so as well', async (code) => {
    faulty = new FaultyFs({ under: folder, code, only: /^fdatasync/ });
    const storage = new FileStorage({ path: join(folder, 'telemetry.jsonl'), durability: 'fsync' });
    await expect(storage.store(batch())).rejects.toMatchObject({ concerns: 'storage', permanent: false });
    await storage.close();
  });
});

describe('a set-up that takes nothing', () => {
  it('fails a flush and a request at once, keeps what waits, and goes on once the set-up is right', async () => {
    const path = join(folder, 'sub', 'telemetry.jsonl');
    writeFileSync(dirname(path), '');
    const collector = new TelemetryCollector({ bufferSize: 1 }, { storage: new FileStorage(path) });
    const receiver = await createOtlpReceiver({ collector, port: 0 });
    try {
      collector.collectEvent('s', 'waits');
      const started = performance.now();
      const { complete, errors } = await collector.forceFlush({ timeoutMillis: 20_000 });
      expect([complete, errors[0]?.message]).toEqual([false, expect.stringMatching(/ENOTDIR|EEXIST/)]);
      const { status } = await post(`${receiver.url}/v1/logs`, logsRequest({ body: { stringValue: 'sent' } }));
      expect(status).toBe(503);
      // neither waits for the attempts that an error which may pass is given
      expect(performance.now() - started).toBeLessThan(8_000);
      expect(collector.health()).toMatchObject({ queued: 1, dropped: { returned: 1 } });
      expectBalance(collector);
      rmSync(dirname(path));
      await until(async () => (await collector.forceFlush()).complete);
      expect((await collector.storage.retrieve()).events.map(({ message }) => message)).toEqual(['waits']);
      expectBalance(collector);
    } finally {
      await receiver.shutdown();
      await collector.shutdown();
    }
  });
});
