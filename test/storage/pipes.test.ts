import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { ConfigError, FileStorage, TelemetryCollector, TelemetryData, TelemetryEvent } from 'rimp-telemetry';

const directory = mkdtempSync(join(tmpdir(), 'rimp-pipe-'));
afterAll(() => rmSync(directory, { recursive: true }));

const pipe = join(directory, 'pipe');
execFileSync('mkfifo', [pipe]);
const batch = new TelemetryData({ events: [new TelemetryEvent({ source: 's', message: 'm' })] });

describe('a pipe in the place of a file', () => {
  it('is refused when something is to be stored, rather than written until it takes no more', async () => {
    const storage = new FileStorage(pipe);
    await expect(storage.store(batch)).rejects.toMatchObject({
      message: expect.stringContaining("can't be written: it is a pipe, which keeps nothing: give the path of a file"),
      concerns: 'storage',
    });
    await storage.close();
  });

  it('is refused when it is to be read, rather than waited for', async () => {
    const storage = new FileStorage(pipe);
    await expect(storage.retrieve()).rejects.toThrow('it is a pipe');
    await storage.close();
  });

  it('is an error of the configuration', () => {
    const make = (): TelemetryCollector => new TelemetryCollector({ storageBackend: 'file', storagePath: pipe });
    expect(make).toThrow(ConfigError);
    expect(make).toThrow(/"storagePath" is a pipe or a socket, .*pipe, which keeps nothing: give the path of a file/);
  });
});

describe('standard output as the path of a file, if a pipe reads it', () => {
  it('is named as what it is, not by a file of /proc that is not there', () => {
    const program = `
      const { FileStorage, TelemetryData, TelemetryEvent } = require('rimp-telemetry');
      new FileStorage('/dev/stdout')
        .store(new TelemetryData({ events: [new TelemetryEvent({ source: 's', message: 'm' })] }))
        .catch((error) => console.log(error.message));`;
    const said = execFileSync('sh', ['-c', `"$0" -e "$1" | cat`, process.execPath, program], { encoding: 'utf8' });
    expect(said).toContain("/dev/stdout can't be written: it is a pipe");
  });
});
