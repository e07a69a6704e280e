import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { FileStorage, SqliteStorage, TelemetryData, TelemetryEvent } from 'rimp-telemetry';
import { Programs } from '../helpers/child-program.js';

const programs = new Programs('missing-directories');
const directory = mkdtempSync(join(tmpdir(), 'rimp-missing-'));
afterAll(() => {
  programs.remove();
  rmSync(directory, { recursive: true });
});

const batch = new TelemetryData({ events: [new TelemetryEvent({ source: 's', message: 'm' })] });

describe('missing directories', () => {
  it('are made, however many', async () => {
    const file = new FileStorage(join(directory, 'a', 'b', 'c', 'telemetry.jsonl'));
    const database = new SqliteStorage(join(directory, 'd', 'e', 'telemetry.db'));
    for (const storage of [file, database]) {
      await storage.store(batch);
      expect((await storage.retrieve()).size).toBe(1);
      await storage.close();
    }
    expect(statSync(join(directory, 'a', 'b', 'c')).isDirectory()).toBe(true);
  });

  // Linux says ENOENT of a directory that is to be made in /proc, although /proc is there, as automounters do
  const onLinux = existsSync('/proc/self/fd') ? it : it.skip;
  onLinux(
    'that the system makes none of are an error, and hold no process',
    async () => {
      const { stdout, status } = await programs.run(
        `
      const { FileStorage, SqliteStorage, TelemetryData, startTelemetry } = rimp;
      const tell = (error) => console.log(error.message);
      (async () => {
        await new FileStorage('/proc/none/below/a.jsonl').store(new TelemetryData({ events: [] })).catch(tell);
        await new FileStorage('/proc/none/below/a.jsonl')
          .store(new TelemetryData({ events: [new rimp.TelemetryEvent({ source: 's', message: 'm' })] }))
          .catch(tell);
        await new SqliteStorage('/proc/none/below/a.db').retrieve().catch(tell);
        const otlp = { endpoint: 'http://127.0.0.1:1', queue: { directory: '/proc/none/below/queue' } };
        const telemetry = startTelemetry({ register: false, otlp });
        telemetry.collector.collectEvent('s', 'm');
        const { complete } = await telemetry.shutdown({ timeoutMillis: 1_000 });
        console.log('complete:', complete);
      })();`,
        { through: ['timeout', '-s', 'KILL', '20'] },
      );
      expect(status).toBe(0);
      expect(stdout).toMatch(
        /FileStorage: .* can't be written: ENOENT[^\n]*\nSqliteStorage: .*ENOENT[^\n]*\ncomplete: false\n/,
      );
    },
    30_000,
  );
});
