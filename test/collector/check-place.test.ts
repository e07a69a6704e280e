import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { ConfigError, type StorageBackend, TelemetryCollector } from 'rimp-telemetry';

const folder = mkdtempSync(join(tmpdir(), 'check-place-'));
mkdirSync(join(folder, 'directory'));
writeFileSync(join(folder, 'file'), '');
afterAll(() => rmSync(folder, { recursive: true }));

describe('what is known to be wrong with a storage when the collector is made', () => {
  it.each<[StorageBackend, string, RegExp]>([
    ['file', join(folder, 'directory'), /"storagePath" is a directory/],
    ['sqlite', join(folder, 'directory'), /"storagePath" is a directory/],
    ['database', join(folder, 'directory'), /"storagePath" is a directory/],
    ['file', join(folder, 'file', 'telemetry.jsonl'), /ENOTDIR|not a directory/],
    ['database', 'mysql://root:SECRET@host/db', /scheme "mysql:"/],
    ['file', 'postgres://root:SECRET@host/db', /give storageBackend "postgres"/],
    ['postgres', 'telemetry.db', /storagePath/],
  ])('is a clear error: %s at %s', (storageBackend, storagePath, message) => {
    const make = (): TelemetryCollector => new TelemetryCollector({ storageBackend, storagePath });
    expect(make).toThrow(ConfigError);
    expect(make).toThrow(message);
    expect(make).not.toThrow(/SECRET/);
  });

  it('is no error if the directory is still to be made', async () => {
    const storagePath = join(folder, 'new', 'deep', 'telemetry.jsonl');
    const collector = new TelemetryCollector({ storageBackend: 'file', storagePath });
    collector.collectEvent('a', 'b');
    expect(await collector.shutdown()).toEqual({ complete: true, errors: [] });
  });
});
