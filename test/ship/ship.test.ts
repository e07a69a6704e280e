import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  createOtlpReceiver,
  FileStorage,
  type OtlpReceiver,
  type ShipOptions,
  SqliteStorage,
  shipTelemetry,
  TelemetryCollector,
  TelemetryData,
  TelemetryEvent,
  TelemetryMetric,
} from 'rimp-telemetry';
import { rimpProgram } from '../helpers/cli.js';
import { freePort } from '../helpers/otelcol.js';
import { answering, closeSinks } from '../helpers/otlp-sink.js';
import { until } from '../helpers/until.js';

let directory: string;
let collector: TelemetryCollector;
let receiver: OtlpReceiver;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'rimp-ship-'));
  collector = new TelemetryCollector({}, { includeResource: 'all', maxEvents: 1_000_000 });
  receiver = await createOtlpReceiver({ collector, port: 0 });
});
afterEach(async () => {
  await receiver.shutdown();
  await collector.shutdown();
  await closeSinks();
  rmSync(directory, { recursive: true, force: true });
});

const PYTHON = [
  '{"type": "event", "data": {"event_id": "p1", "timestamp": "2025-01-01T10:00:00.123456", "event_type": "info", "source": "shop", "message": "h\\u00e9llo", "metadata": {"n": NaN}}}',
  '{"type": "metric", "data": {"metric_id": "p2", "timestamp": "2025-01-01T10:00:01", "name": "load", "value": 45.2, "unit": "percent", "tags": {"host": "a"}}}',
  'not a line of RIMP',
  '{"type": "event", "data": {"event_id": "p3", "timestamp": "2025-01-02T10:00:00", "event_type": "ERROR", "source": "shop", "message": "bad", "metadata": null}}',
];

function lines(from: number, to: number): string {
  return Array.from({ length: to - from }, (_, i) => {
    const id = from + i;
    return `{"type":"event","data":{"event_id":"e${id}","timestamp":"2026-01-01T00:00:00.${String(id % 1000).padStart(3, '0')}Z","event_type":"info","source":"s","message":"${id}","metadata":null}}\n`;
  }).join('');
}

const ids = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, i) => `e${from + i}`);

async function arrived(): Promise<string[]> {
  return (await collector.storage.retrieve()).events.map(({ eventId }) => eventId);
}

function shipped(options: ShipOptions) {
  return shipTelemetry({ to: receiver.url, ...options });
}

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

describe('an endpoint that is away', () => {
  it('is waited for, and given up on when asked to', async () => {
    const port = await freePort();
    const path = join(directory, 'a.jsonl');
    const checkpoint = join(directory, 'checkpoint');
    writeFileSync(path, lines(0, 3_000));
    const warnings: string[] = [];
    const onWarning = (what: string): number => warnings.push(what);
    const to = `http://127.0.0.1:${port}`;
    const gaveUp = await shipTelemetry({ files: [path], to, checkpoint, giveUpAfterSeconds: 0.5, onWarning });
    expect(gaveUp).toMatchObject({ complete: false, logs: { delivered: 0, queued: 3_000 } });
    expect(warnings).toContainEqual(expect.stringContaining('giving up'));
    const running = shipTelemetry({ files: [path], to, checkpoint, onWarning });
    const sink = await answering(() => ({ status: 200 }), port);
    expect(await running).toMatchObject({ complete: true, logs: { delivered: 3_000, queued: 0 } });
    expect(sink.requests.length).toBeGreaterThan(0);
  });

  it('and refuses whoever asks is no reason to go on: the checkpoint stays', async () => {
    const path = join(directory, 'a.jsonl');
    const checkpoint = join(directory, 'checkpoint');
    writeFileSync(path, lines(0, 3_000));
    const guarded = await createOtlpReceiver({ collector, port: 0, token: 'secret' });
    const to = guarded.url;
    await expect(shipTelemetry({ files: [path], to, checkpoint })).rejects.toMatchObject({
      code: 'RIMP_DENIED',
      message: expect.stringContaining('401 Unauthorized: expected Authorization: Bearer with the right token'),
    });
    const headers = { authorization: 'Bearer secret' };
    expect(await shipTelemetry({ files: [path], to, checkpoint, headers })).toMatchObject({ complete: true });
    expect(await arrived()).toEqual(ids(0, 3_000));
    await guarded.shutdown();
  });

  it('loses nothing when the program is killed in between', async () => {
    const path = join(directory, 'a.jsonl');
    writeFileSync(path, lines(0, 60_000));
    const seen = new Map<string, number>();
    let requests = 0;
    const sink = await answering(({ body }) => {
      requests += 1;
      // every third time it is busy
      if (requests % 3 === 0) return { status: 503, headers: { 'retry-after': '0' } };
      for (const [, id = ''] of body.toString('utf8').matchAll(/"stringValue":"(e\d+)"/g))
        seen.set(id, (seen.get(id) ?? 0) + 1);
      return { status: 200 };
    });
    let kills = 0;
    for (;;) {
      const child = spawn(process.execPath, [rimpProgram, 'ship', path, '--to', sink.url, '--protocol', 'http/json'], {
        stdio: 'ignore',
      });
      const before = seen.size;
      const killer = (async () => {
        await until(() => seen.size > before + 8_000 || child.exitCode !== null);
        child.kill('SIGKILL');
      })();
      await once(child, 'exit');
      await killer;
      if (child.exitCode === 0) break;
      kills += 1;
    }
    expect(kills).toBeGreaterThanOrEqual(2);
    expect(ids(0, 60_000).filter((id) => !seen.has(id))).toEqual([]);
  }, 60_000);
});

describe('rimp ship', () => {
  const run = async (...args: string[]) => {
    try {
      const { stdout, stderr } = await promisify(execFile)(process.execPath, [rimpProgram, 'ship', ...args]);
      return { code: 0, stdout, stderr };
    } catch (error) {
      const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
      return { code, stdout, stderr };
    }
  };

  it('prints the counters, and keeps a checkpoint beside the file', async () => {
    const path = join(directory, 'python.jsonl');
    writeFileSync(path, `${PYTHON.join('\n')}\n`);
    const first = await run(path, '--to', receiver.url, '--gzip', '--resource', 'service.name=shop');
    expect(first.stdout).toContain('read       2 events, 1 metrics');
    expect(first.stdout).toContain('logs       2 accepted = 2 delivered, 0 waiting');
    expect(first.stdout).toContain('unreadable 1 lines: not_rimp');
    expect(first.code).toBe(0);
    expect(existsSync(`${path}.ship`)).toBe(true);
    const second = await run(path, '--to', receiver.url);
    expect(second.stdout).toContain('read       0 events');
    expect(await run(path, '--dry-run', '--from', '2025-01-02')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('read       1 events, 0 metrics'),
    });
  });

  it('says what is wrong with its arguments', async () => {
    const path = join(directory, 'a.jsonl');
    writeFileSync(path, lines(0, 1));
    expect(await run()).toMatchObject({ code: 2, stderr: expect.stringContaining('expected a FILE, or --storage') });
    expect(await run(path)).toMatchObject({ code: 2, stderr: expect.stringContaining('expected --to URL') });
    const to = ['--to', receiver.url];
    for (const [args, words] of [
      [[path, '--to', 'localhost'], 'rimp ship: expected --to to be an http or https URL, got "localhost"'],
      [[join(directory, 'none.jsonl'), ...to], 'expected a file, there is none at'],
      [['--storage', join(directory, 'none.db'), ...to], 'expected a database, there is none at'],
      [[path, ...to, '--from', 'noon'], 'expected --from to be a time'],
      [[path, ...to, '--folow'], 'unknown option "--folow": did you mean "--follow"?'],
      [[path, ...to, '--from', '2027-01-01', '--until', '2026-01-01'], 'expected --from to be before --until'],
      [[directory, ...to], 'is a directory'],
      [[path, ...to, '--header', 'x'], 'expected --header to be NAME=VALUE, got "x"'],
      [[path, ...to, '--give-up', 'soon'], 'expected --give-up to be a whole number, got "soon"'],
      [[path, ...to, '--protocol', 'grpc'], 'to be "http/protobuf" or "http/json", got "grpc"'],
      [[path, ...to, '--checkpoint', join(directory, 'no', 'such')], 'to be a file that can be written'],
    ] as const)
      expect(await run(...args)).toMatchObject({ code: 2, stderr: expect.stringContaining(words) });
    const foreign = join(directory, 'package.json');
    writeFileSync(foreign, '{\n"name": "x"\n}\n');
    expect(await run(foreign, ...to)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('no line of it is one'),
    });
    expect((await run('--help')).stdout).toContain('Usage: rimp ship FILE');
  });
});
