import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { createOtlpReceiver, type OtlpReceiver, shipTelemetry, TelemetryCollector } from 'rimp-telemetry';
import { FaultyFs } from '../helpers/faulty-fs.js';

const folder = mkdtempSync(join(tmpdir(), 'rimp-checkpoint-'));
const collector = new TelemetryCollector();
let receiver: OtlpReceiver;
let path = '';
let checkpoint = '';
beforeAll(async () => {
  receiver = await createOtlpReceiver({ collector, port: 0 });
});
beforeEach(() => {
  const directory = mkdtempSync(join(folder, 'one-'));
  path = join(directory, 'telemetry.jsonl');
  checkpoint = join(directory, 'checkpoint');
  const data = { event_id: '1', timestamp: '2026-01-01T00:00:00Z', event_type: 'info', source: 's', message: 'm' };
  writeFileSync(path, `${JSON.stringify({ type: 'event', data: { ...data, metadata: null } })}\n`);
});
afterAll(async () => {
  await receiver.shutdown();
  await collector.shutdown();
  rmSync(folder, { recursive: true });
});

const ship = (onWarning?: (what: string) => void) =>
  shipTelemetry({ to: receiver.url, files: [path], checkpoint, onWarning });
const modeOf = (file: string): number => statSync(file).mode & 0o777;

it('is for its user only, whatever the umask is, and becomes so if it was not', async () => {
  const before = process.umask(0);
  try {
    await ship();
    expect(modeOf(checkpoint)).toBe(0o600);
    chmodSync(checkpoint, 0o644);
    writeFileSync(path, readFileSync(path, 'utf8').repeat(2));
    await ship();
    expect(modeOf(checkpoint)).toBe(0o600);
  } finally {
    process.umask(before);
  }
});

it('holds no credentials of the endpoint', async () => {
  const to = receiver.url.replace('http://', 'http://user:p%2Fa%23ss@');
  await shipTelemetry({ to: `${to}/v1/logs?key=secret`, files: [path], checkpoint }).catch(() => undefined);
  await shipTelemetry({ to, headers: { authorization: 'Bearer secret' }, files: [path], checkpoint });
  expect(readFileSync(checkpoint, 'utf8')).not.toMatch(/secret|p%2Fa|p\/a|user/);
});

it('replaces no file of its user that a link in its place leads to', async () => {
  const victim = `${path}.victim`;
  writeFileSync(victim, 'precious');
  symlinkSync(victim, checkpoint);
  await ship().catch(() => undefined);
  expect(readFileSync(victim, 'utf8')).toBe('precious');
});

it('that is a symbolic link is an error that names the link, what it leads to and what to do', async () => {
  const target = `${path}.target`;
  symlinkSync(target, checkpoint);
  const expected = `expected the checkpoint ${checkpoint} to be a file of its own, it is a symbolic link to ${target}, which is not followed; name that file with --checkpoint`;
  for (const restart of [false, true]) {
    await expect(shipTelemetry({ to: receiver.url, files: [path], checkpoint, restart })).rejects.toThrow(expected);
  }
  expect(existsSync(target)).toBe(false);
  await shipTelemetry({ to: receiver.url, files: [path], checkpoint: target });
  expect(existsSync(target)).toBe(true);
});

it('may be in a directory that a symbolic link leads to, as /var is on some machines', async () => {
  const link = `${path}.directory`;
  symlinkSync(dirname(path), link);
  checkpoint = join(link, 'checkpoint');
  for (const items of [1, 0]) expect((await ship()).logs.delivered).toBe(items);
});

it('that can not be written for a moment ends nothing, is told once, and is written as soon as it can be', async () => {
  const line = readFileSync(path, 'utf8');
  const warnings: string[] = [];
  const stop = new AbortController();
  // the first writes fail
  const faulty = new FaultyFs({ under: checkpoint, code: 'ENOSPC', only: /^renameSync$/, count: 2 });
  let renamed = 0;
  const shipment = shipTelemetry({
    to: receiver.url,
    files: [path],
    checkpoint,
    follow: true,
    signal: stop.signal,
    onWarning: (what) => void warnings.push(what),
    onProgress: () => {
      const { calls } = faulty;
      // a line more, so that there is something to be noted, until it was noted
      if (calls.length > renamed) writeFileSync(path, line.repeat(2 + calls.length));
      renamed = calls.length;
      if (renamed > 2) stop.abort();
    },
  });
  try {
    const { logs } = await shipment;
    expect(logs.delivered).toBeGreaterThan(0);
    expect(faulty.failed).toHaveLength(2);
    expect(warnings.filter((what) => what.includes('checkpoint'))).toEqual([
      "the checkpoint can't be written, it is tried again",
    ]);
  } finally {
    faulty.restore();
  }
  expect(JSON.parse(readFileSync(checkpoint, 'utf8'))).toMatchObject({ version: 2 });
});
