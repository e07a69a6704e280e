import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { FileStorage, MemoryStorage, TelemetryCollector, TelemetryData, TelemetryEvent } from 'rimp-telemetry';
import { storageContract } from 'rimp-telemetry/testing';
import { expectBalance } from '../helpers/ledger.js';

const directory = mkdtempSync(join(tmpdir(), 'rimp-storage-'));
let files = 0;
const newFile = (): string => join(directory, `deep/${files++}/telemetry.jsonl`);
afterAll(() => rmSync(directory, { recursive: true }));

const batch = (...messages: string[]) =>
  new TelemetryData({ events: messages.map((message) => new TelemetryEvent({ source: 's', message })) });
const messages = async (storage: FileStorage): Promise<string[]> =>
  (await storage.retrieve()).events.map(({ message }) => message);

storageContract('MemoryStorage', async () => new MemoryStorage());
storageContract('FileStorage', async () => new FileStorage(newFile()));

describe('MemoryStorage', () => {
  it('keeps the last events and metrics up to its bounds', async () => {
    const storage = new MemoryStorage({ maxEvents: 2 });
    await storage.store(batch('1', '2', '3'));
    expect((await storage.retrieve()).events.map(({ message }) => message)).toEqual(['2', '3']);
    expect(storage.evicted).toBe(1);
    expect(() => new MemoryStorage({ maxEvents: 0 })).toThrow(/"maxEvents" to be a positive integer, got 0/);
  });
});

describe('FileStorage', () => {
  it('refuses a path that is empty or no text', () => {
    for (const path of ['', 5, undefined, null])
      expect(() => new FileStorage(path as string)).toThrow(/expected "path" to be a non-empty string/);
  });

  it('seals a torn tail, and reads what is whole around lines that are not', async () => {
    const path = newFile();
    const storage = new FileStorage(path);
    await storage.store(batch('1'));
    appendFileSync(path, '{"type":"event","da');
    await storage.store(batch('2'));
    appendFileSync(
      path,
      Buffer.concat([Buffer.from('hello\n\r\n[1]\n{"type":"span","data":{}}\n"\n'), Buffer.from([0xff, 0xfe, 0x0a])]),
    );
    appendFileSync(path, `${'x'.repeat(3000)}\n`);
    await storage.store(batch('3'));
    expect(await messages(storage)).toEqual(['1', '2', '3']);
    const small = new FileStorage({ path, maxLineBytes: 2000 });
    expect(await messages(small)).toEqual(['1', '2', '3']);
    expect(small.unreadableLines).toMatchObject({ count: 7, reasons: { too_long: 1, not_utf8: 1, not_rimp: 5 } });
  });

  it('reads lines over the edges of its chunks, in both directions', async () => {
    const storage = new FileStorage(newFile());
    const long = Array.from({ length: 40 }, (_, i) => `${i} ${'é'.repeat(i * 700)}`);
    await storage.store(batch(...long));
    expect(await messages(storage)).toEqual(long);
    const reversed: string[] = [];
    for await (const item of storage.scan({ order: 'desc' })) reversed.push((item as TelemetryEvent).message);
    expect(reversed).toEqual(long.toReversed());
  });

  it('goes on in a new file if the old one is moved away', async () => {
    const path = newFile();
    const storage = new FileStorage(path);
    await storage.store(batch('1'));
    renameSync(path, `${path}.1`);
    await storage.store(batch('2'));
    expect(await messages(storage)).toEqual(['2']);
    expect(await messages(new FileStorage(`${path}.1`))).toEqual(['1']);
  });

  it('loses nothing while it can not write, and nothing twice', async () => {
    const path = newFile();
    const collector = new TelemetryCollector({ storageBackend: 'file', storagePath: path, bufferSize: 1 });
    mkdirSync(path, { recursive: true });
    collector.collectEvent('a', '1');
    collector.collectEvent('a', '2');
    expect(collector.health()).toMatchObject({ queued: 2, delivered: 0 });
    expectBalance(collector);
    rmSync(path, { recursive: true });
    expect((await collector.forceFlush()).complete).toBe(true);
    expect((await collector.storage.retrieve()).events.map(({ message }) => message)).toEqual(['1', '2']);
    expect(collector.health().lastError?.message).toMatch(/can't be written.*EISDIR/);
  });

  it('says that a flush is not complete while it can not write, and keeps what waits', async () => {
    const path = newFile();
    const collector = new TelemetryCollector({ storageBackend: 'file', storagePath: path });
    mkdirSync(path, { recursive: true });
    collector.collectEvent('a', '1');
    for (let round = 0; round < 2; round += 1) {
      expect((await collector.forceFlush()).complete).toBe(false);
      expect(collector.health()).toMatchObject({ queued: 1, delivered: 0, dropped: {} });
    }
    rmSync(path, { recursive: true });
    expect((await collector.forceFlush()).complete).toBe(true);
    expect(await messages(new FileStorage(path))).toEqual(['1']);
  });

  it('has the bytes with the operating system when flush returns', () => {
    const path = newFile();
    const collector = new TelemetryCollector({ storageBackend: 'file', storagePath: path });
    collector.collectEvent('a', 'now');
    collector.flush();
    expect(readFileSync(path, 'utf8')).toContain('"message":"now"');
  });

  it('leaves out an item that JSON can not hold, and keeps the others', async () => {
    const storage = new FileStorage(newFile());
    const bad = new TelemetryEvent({ source: 's', message: 'bad', metadata: { n: 1n } as never });
    const failure = storage.store(new TelemetryData({ events: [...batch('1').events, bad, ...batch('2').events] }));
    await expect(failure).rejects.toMatchObject({ permanent: true, dropped: { not_serializable: 1 } });
    expect(await messages(storage)).toEqual(['1', '2']);
  });
});

describe('a collector and a stream on one file', () => {
  it('stores an item once if a collector and a stream write to one file', async () => {
    const path = newFile();
    const { TelemetryStream } = await import('rimp-telemetry');
    const collector = new TelemetryCollector({ storageBackend: 'file', storagePath: path });
    const stream = new TelemetryStream({ collector, storage: new FileStorage(path) });
    stream.start();
    collector.collectEvent('a', 'once');
    await stream.stop();
    await collector.shutdown();
    expect(await messages(new FileStorage(path))).toEqual(['once']);
  });
});

const PYTHON = `
import json, sys, uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Optional
@dataclass
class Event:
    event_id: str
    timestamp: str
    event_type: str
    source: str
    message: str
    metadata: Optional[dict] = None
@dataclass
class Metric:
    metric_id: str
    timestamp: str
    name: str
    value: float
    unit: Optional[str] = None
    tags: Optional[dict] = None
seen = []
for line in open(sys.argv[1], encoding="utf-8"):
    d = json.loads(line)
    item = (Event if d["type"] == "event" else Metric)(**d["data"])
    seen.append([d["type"], item.timestamp, getattr(item, "message", None) or item.name, repr(getattr(item, "value", None))])
with open(sys.argv[2], "w", encoding="utf-8") as out:
    t = datetime(2025, 3, 9, 2, 30, 0, 123456)
    for data in [
        {"type": "event", "data": {"event_id": "1", "timestamp": t.isoformat(), "event_type": "WARNING", "source": "py", "message": "caf\\u00e9", "metadata": {"nan": float("nan"), "big": 2**63, "s": "NaN, -Infinity 12345678901234567890"}}},
        {"type": "event", "data": {"event_id": "2", "timestamp": t.replace(microsecond=0).isoformat(), "event_type": "info", "source": "py", "message": "m", "metadata": None}},
        {"type": "metric", "data": {"metric_id": "3", "timestamp": t.isoformat(), "name": "n", "value": float("-inf"), "unit": None, "tags": None}},
        {"type": "metric", "data": {"metric_id": "4", "timestamp": t.isoformat(), "name": "n", "value": float("nan"), "unit": "ms", "tags": {"a": 1}}},
    ]:
        out.write(json.dumps(data) + "\\n")
print(json.dumps(seen))
`;

describe('Python', () => {
  it.each(['UTC', 'America/New_York', 'Asia/Kolkata'])(
    'reads our file and writes one that we read, in %s',
    async (zone) => {
      const before = process.env.TZ;
      process.env.TZ = zone;
      try {
        const ours = newFile();
        const theirs = `${ours}.py`;
        const collector = new TelemetryCollector({ storageBackend: 'file', storagePath: ours });
        const event = collector.collectEvent('ts', 'naïve \u{1F600}', 'error', { a: [1, Number.NaN], otherwise: null });
        for (const value of [1.5, Number.NaN, Number.POSITIVE_INFINITY, -0]) collector.collectMetric('m', value);
        await collector.shutdown();
        const script = `${ours}.script`;
        writeFileSync(script, PYTHON);
        const seen = JSON.parse(execFileSync('python3', [script, ours, theirs], { encoding: 'utf8' })) as unknown[][];
        expect(seen[0]).toEqual(['event', event?.timestamp.toISOString(), 'naïve \u{1F600}', 'None']);
        expect(seen.slice(1).map((row) => row[3])).toEqual(['1.5', 'nan', 'inf', '-0.0']);
        const storage = new FileStorage(theirs);
        const { events, metrics } = await storage.retrieve();
        expect(storage.unreadableLines.count).toBe(0);
        expect(events[0]).toMatchObject({
          eventType: 'warning',
          message: 'café',
          otel: { timeUnixNano: '1741487400123456000' },
        });
        expect(events[0]?.metadata).toEqual({
          nan: 'NaN',
          big: '9223372036854775808',
          s: 'NaN, -Infinity 12345678901234567890',
        });
        expect(events[0]?.timestamp.toISOString()).toBe('2025-03-09T02:30:00.123Z');
        expect(events[1]?.timestamp.toISOString()).toBe('2025-03-09T02:30:00.000Z');
        expect(metrics.map(({ value }) => value)).toEqual([Number.NEGATIVE_INFINITY, Number.NaN]);
      } finally {
        if (before === undefined) delete process.env.TZ;
        else process.env.TZ = before;
      }
    },
  );
});
