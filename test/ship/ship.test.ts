import { appendFileSync, existsSync, readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FileStorage, SqliteStorage, TelemetryData, TelemetryEvent, TelemetryMetric } from 'rimp-telemetry';
import {
  arrived,
  beginShipment,
  collector,
  directory,
  endShipment,
  ids,
  lines,
  PYTHON,
  shipped,
} from '../helpers/shipment.js';
import { until } from '../helpers/until.js';

beforeEach(beginShipment);
afterEach(endShipment);

describe('files', () => {
  it("of Python's arrive with their ids and times, and what can't be read is counted", async () => {
    const path = join(directory, 'python.jsonl');
    writeFileSync(path, `${PYTHON.join('\n')}\n`);
    const summary = await shipped({ files: [path], resource: { 'service.name': 'legacy' } });
    expect(summary).toMatchObject({
      events: 2,
      metrics: 1,
      unreadable: { not_rimp: 1 },
      logs: { accepted: 2, delivered: 2, queued: 0, dropped: {} },
      points: { accepted: 1, delivered: 1, queued: 0, dropped: {} },
      complete: true,
    });
    const { events, metrics } = await collector.storage.retrieve();
    expect(events).toEqual([
      expect.objectContaining({
        eventId: 'p1',
        timestamp: new Date('2025-01-01T10:00:00.123Z'),
        message: 'héllo',
        metadata: { n: 'NaN' },
        otel: { timeUnixNano: '1735725600123456000', resource: { 'service.name': 'legacy' } },
      }),
      expect.objectContaining({ eventId: 'p3', eventType: 'error' }),
    ]);
    expect(metrics).toEqual([
      expect.objectContaining({
        timestamp: new Date('2025-01-01T10:00:01Z'),
        name: 'load',
        value: 45.2,
        unit: '%',
        tags: { host: 'a' },
      }),
    ]);
  });

  it('compressed ones and those of a rotated storage go along, each once', async () => {
    const path = join(directory, 'telemetry.jsonl');
    const storage = new FileStorage({ path, rotation: { maxBytes: 20_000 }, compression: 'gzip' });
    for (let i = 0; i < 1_000; i += 100) {
      const events = ids(i, i + 100).map((eventId) => new TelemetryEvent({ eventId, source: 's', message: eventId }));
      await storage.store(new TelemetryData({ events }));
    }
    await storage.maintain();
    await storage.close();
    writeFileSync(join(directory, 'archive.jsonl.gz'), gzipSync(lines(1_000, 1_500)));
    const files = [path, join(directory, 'archive.jsonl.gz')];
    // a shell's "*" names the closed ones as well
    const { readdirSync } = await import('node:fs');
    for (const name of readdirSync(directory)) if (/^telemetry\.\d/.test(name)) files.push(join(directory, name));
    expect(files.length).toBeGreaterThan(4);
    const { complete } = await shipped({ files: files.filter((file) => !file.endsWith('.idx')) });
    expect(complete).toBe(true);
    expect((await arrived()).sort()).toEqual(ids(0, 1_500).sort());
  });

  it('go on where the checkpoint says, and anew if asked to', async () => {
    const path = join(directory, 'a.jsonl');
    const checkpoint = join(directory, 'checkpoint');
    writeFileSync(path, lines(0, 5_000));
    expect((await shipped({ files: [path], checkpoint })).events).toBe(5_000);
    expect((await shipped({ files: [path], checkpoint })).events).toBe(0);
    appendFileSync(path, lines(5_000, 5_010));
    expect((await shipped({ files: [path], checkpoint })).events).toBe(10);
    expect(await arrived()).toEqual(ids(0, 5_010));
    expect((await shipped({ files: [path], checkpoint, restart: true })).events).toBe(5_010);
    writeFileSync(checkpoint, '{}');
    await expect(shipped({ files: [path], checkpoint })).rejects.toThrow('to be a checkpoint, it is something else');
  });

  it('of some times only, or none at all in a dry run', async () => {
    const path = join(directory, 'python.jsonl');
    writeFileSync(path, `${PYTHON.join('\n')}\n`);
    const dry = await shipped({ files: [path], dryRun: true, checkpoint: join(directory, 'c') });
    expect(dry).toMatchObject({ events: 2, metrics: 1, bytesSent: 0, complete: true });
    expect([await arrived(), existsSync(join(directory, 'c'))]).toEqual([[], false]);
    await shipped({ files: [path], startTime: new Date('2025-01-02') });
    expect(await arrived()).toEqual(['p3']);
    await shipped({ files: [path], endTime: new Date('2025-01-01T10:00:00.500Z') });
    expect(await arrived()).toEqual(['p3', 'p1']);
  });

  it('are followed while they are written and rotated, by ourselves and by others', async () => {
    const path = join(directory, 'a.jsonl');
    writeFileSync(path, lines(0, 10));
    const stop = new AbortController();
    const checkpoint = join(directory, 'checkpoint');
    const running = shipped({ files: [path], follow: true, checkpoint, signal: stop.signal });
    const settled = async (count: number): Promise<void> =>
      until(async () => (await collector.storage.retrieve()).events.length === count);
    await settled(10);
    // half a line, then the other half
    const line = lines(10, 11);
    appendFileSync(path, line.slice(0, 40));
    appendFileSync(path, line.slice(40));
    await settled(11);
    // as logrotate does it, twice, and compressed
    appendFileSync(path, lines(11, 15));
    renameSync(path, `${path}.1`);
    writeFileSync(path, lines(15, 20));
    await settled(20);
    appendFileSync(path, lines(20, 25));
    writeFileSync(`${path}.2.gz`, gzipSync(readFileSync(`${path}.1`)));
    unlinkSync(`${path}.1`);
    writeFileSync(`${path}.1.gz`, gzipSync(readFileSync(path)));
    unlinkSync(path);
    writeFileSync(path, lines(25, 30));
    await settled(30);
    stop.abort();
    const { unreadable, logs } = await running;
    expect({ unreadable, logs }).toMatchObject({ unreadable: {}, logs: { accepted: 30, queued: 0, dropped: {} } });
    expect(await arrived()).toEqual(ids(0, 30));
    // while nobody looked
    appendFileSync(path, lines(30, 35));
    renameSync(path, `${path}.3`);
    writeFileSync(path, lines(35, 40));
    await shipped({ files: [path], checkpoint });
    expect(await arrived()).toEqual(ids(0, 40));
  });
});

describe('what is followed', () => {
  it('is read on in a file that somebody writes to after it was rotated, and in no file that is none of RIMP', async () => {
    const path = join(directory, 'a.jsonl');
    const checkpoint = `${path}.ship`;
    writeFileSync(path, lines(0, 5));
    const stop = new AbortController();
    const running = shipped({ files: [path], follow: true, checkpoint, signal: stop.signal });
    const settled = async (count: number): Promise<void> => until(async () => (await arrived()).length === count);
    await settled(5);
    await until(() => existsSync(checkpoint));
    renameSync(path, `${path}.1`);
    writeFileSync(path, lines(10, 15));
    await settled(10);
    appendFileSync(`${path}.1`, lines(5, 8));
    await settled(13);
    // half of a compressed one, as gzip makes it
    const whole = gzipSync(readFileSync(`${path}.1`));
    writeFileSync(`${path}.1.gz`, whole.subarray(0, whole.length - 20));
    appendFileSync(path, lines(15, 16));
    await settled(14);
    stop.abort();
    expect((await running).unreadable).toEqual({});
    expect((await arrived()).sort()).toEqual([...ids(0, 8), ...ids(10, 16)].sort());
  });

  it('ends as a whole if one of the sources fails', async () => {
    const path = join(directory, 'a.jsonl');
    writeFileSync(path, lines(0, 5));
    const storage = new FileStorage(directory);
    await expect(shipped({ files: [path], storage, follow: true })).rejects.toThrow('EISDIR');
  });

  it('loses no other file to one that is broken', async () => {
    const files = ['a', 'b', 'c', 'd'].map((name) => join(directory, `${name}.jsonl`)) as [
      string,
      string,
      string,
      string,
    ];
    writeFileSync(files[0], gzipSync(lines(5, 10)).fill(0xff, 12));
    const compressed = gzipSync(lines(10, 30_000));
    writeFileSync(files[1], compressed.subarray(0, 50_000));
    writeFileSync(files[2], gzipSync(lines(30_000, 60_000)).fill(0xff, 100_000, 100_500));
    writeFileSync(files[3], lines(0, 5));
    const { unreadable } = await shipped({ files });
    expect(unreadable).toMatchObject({ broken_gzip: 2, truncated_gzip: 1 });
    expect(await arrived()).toEqual(expect.arrayContaining([...ids(10, 100), ...ids(0, 5)]));
  });

  it('has its place noted also when nothing more comes', async () => {
    const path = join(directory, 'a.jsonl');
    const checkpoint = join(directory, 'checkpoint');
    writeFileSync(path, lines(0, 5));
    const stop = new AbortController();
    const running = shipped({ files: [path], follow: true, checkpoint, signal: stop.signal });
    await until(
      () => existsSync(checkpoint) && readFileSync(checkpoint, 'utf8').includes(`"offset": ${lines(0, 5).length}`),
    );
    stop.abort();
    await running;
  });
});

describe('storages', () => {
  it('any of them, with the checkpoint of its cursor', async () => {
    const storage = new SqliteStorage(join(directory, 'telemetry.db'));
    const events = ids(0, 12_000).map((eventId) => new TelemetryEvent({ eventId, source: 's', message: eventId }));
    await storage.store(new TelemetryData({ events, metrics: [new TelemetryMetric({ name: 'm', value: 1 })] }));
    const checkpoint = join(directory, 'checkpoint');
    expect(await shipped({ storage, checkpoint })).toMatchObject({ events: 12_000, metrics: 1, complete: true });
    expect(await shipped({ storage, checkpoint })).toMatchObject({ events: 0, metrics: 0, complete: true });
    expect((await arrived()).sort()).toEqual(ids(0, 12_000).sort());
    await storage.close();
  });
});
