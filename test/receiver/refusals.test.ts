import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createOtlpReceiver, StorageError } from 'rimp-telemetry';
import { logsRequest, post } from '../helpers/otlp.js';
import { endReceivers, receive } from '../helpers/otlp-receiver.js';
import { until } from '../helpers/until.js';

afterEach(endReceivers);

describe('what is wrong', () => {
  it('takes what can be read of a request, and says what could not', async () => {
    const { receiver, collector } = await receive();
    const good = { body: { stringValue: 'good' } };
    const { status, text } = await post(
      `${receiver.url}/v1/logs`,
      logsRequest(good, { body: 'no value' }, good, { timeUnixNano: 'noon' }),
    );
    expect([status, JSON.parse(text)]).toEqual([
      200,
      { partialSuccess: { rejectedLogRecords: '2', errorMessage: 'expected "value" to be an object, got a string' } },
    ]);
    expect((await collector.storage.retrieve()).events.length).toBe(2);
    // field 2 of a record, which is a number, as text; then a good one with the body "ok"
    const bad = Buffer.from([0x0a, 13, 0x12, 11, 0x12, 2, 0x12, 0, 0x12, 5, 0x2a, 4 - 1, 0x0a, 1, 0x6f].slice(0, 15));
    const answer = await post(`${receiver.url}/v1/logs`, bad);
    expect(answer.status).toBe(200);
    expect(answer.text).toContain('severityNumber has the wire type 2, expected 0');
    expect((await collector.storage.retrieve()).events.map(({ message }) => message)).toEqual(['good', 'good', 'o']);
    expect(receiver.figures.logs).toEqual({ accepted: 6, delivered: 3, queued: 0, dropped: { not_readable: 3 } });
  });

  it('refuses garbage in the encoding of the request, with what was expected', async () => {
    const { receiver, collector } = await receive({ maxBodyBytes: 5_000, maxDecompressedBytes: 20_000 });
    const url = `${receiver.url}/v1/logs`;
    const cases: [Promise<Awaited<ReturnType<typeof post>>>, number, string][] = [
      [post(url, '{"resourceLogs":'), 400, 'expected JSON'],
      [post(url, '[]'), 400, 'to be an object, got a list'],
      [post(url, '{"resourceLogs":3}'), 400, 'to be a list, got a number'],
      [post(url, logsRequest({ body: 1 })), 400, 'to be an object, got a number'],
      [post(url, new Uint8Array([0x0a, 200, 1])), 400, 'it ends too early'],
      [post(url, Buffer.alloc(300, 0xff)), 400, 'ExportLogsServiceRequest'],
      [post(url, '{}', { 'content-type': 'text/plain' }), 415, 'expected the Content-Type'],
      [post(url, '{}', { 'content-encoding': 'br' }), 415, 'expected the Content-Encoding gzip'],
      [post(url, 'x'.repeat(6_000)), 413, 'expected a body of at most 5000 bytes'],
      [post(url, 'x'.repeat(30_000), { 'content-encoding': 'gzip' }), 413, 'decompressed body of at most 20000 bytes'],
      [post(`${receiver.url}/v1/log`, '{}'), 404, '/v1/logs'],
      [
        fetch(url).then(async (r) => ({
          status: r.status,
          headers: r.headers,
          text: await r.text(),
          bytes: new Uint8Array(),
        })),
        405,
        'POST',
      ],
    ];
    for (const [pending, status, words] of cases) {
      const answer = await pending;
      expect([answer.status, answer.text]).toEqual([status, expect.stringContaining(words)]);
    }
    const gzip = { 'content-encoding': 'gzip', 'content-type': 'application/json' };
    const broken = await fetch(url, { method: 'POST', headers: gzip, body: 'no gzip' });
    expect([broken.status, await broken.text()]).toEqual([400, expect.stringContaining('expected a body in gzip')]);
    expect(collector.health().accepted).toBe(0);
  });

  it('takes the points of a metric that can be read, and counts the others', async () => {
    const { receiver, collector } = await receive();
    const dataPoints = Array.from({ length: 100 }, (_, i) => (i === 50 ? { asDouble: 'x' } : { asDouble: i }));
    const body = { resourceMetrics: [{ scopeMetrics: [{ metrics: [{ name: 'm', gauge: { dataPoints } }] }] }] };
    const { status, text } = await post(`${receiver.url}/v1/metrics`, body);
    expect([status, text]).toEqual([200, expect.stringContaining('"rejectedDataPoints":"1"')]);
    expect((await collector.storage.retrieve()).metrics.length).toBe(99);
    expect(receiver.figures.metrics).toEqual({ accepted: 100, delivered: 99, queued: 0, dropped: { not_readable: 1 } });
  });

  it('is not led astray by names that objects have by themselves', async () => {
    const { receiver } = await receive({ token: 'secret' });
    for (const name of ['constructor', '__proto__', 'hasownproperty']) {
      const answer = await post(`${receiver.url}/v1/logs`, '{}', { 'content-type': name });
      expect([401, 415]).toContain(answer.status);
      expect((await post(`${receiver.url}/${name}`, '{}')).status).toBe(404);
    }
  });

  it('looks through long integers and broken strings in a moment', async () => {
    const { receiver } = await receive();
    const body = `{"a":12345678901234567890,"b":"${'\\"'.repeat(400_000)}`;
    const before = performance.now();
    expect((await post(`${receiver.url}/v1/logs`, body)).status).toBe(400);
    expect(performance.now() - before).toBeLessThan(5_000);
  });

  it('wants what is too much for one request in pieces', async () => {
    const { receiver, collector } = await receive();
    const records = Buffer.alloc(2 * 300_000);
    for (let i = 0; i < records.length; i += 2) records[i] = 0x12;
    const answer = await post(`${receiver.url}/v1/logs`, wrap(0x0a, wrap(0x12, records)), {
      'content-encoding': 'gzip',
    });
    expect([answer.status, answer.text]).toEqual([413, expect.stringContaining('expected at most 250000 resources')]);
    expect(collector.health().accepted).toBe(0);
  });

  it('does not say of more than a storage can queue that it is stored', async () => {
    const { receiver, collector } = await receive({}, { bufferSize: 10 }, { maxQueueSize: 1_000, maxEvents: 100_000 });
    let stored = 0;
    collector.addSink('slow', {
      store: async (data) => {
        await new Promise((resolve) => setTimeout(resolve, 1));
        stored += data.size;
      },
    });
    const { status } = await post(`${receiver.url}/v1/logs`, logsRequest(...Array.from({ length: 5_000 }, () => ({}))));
    expect([status, collector.health().sinks.slow?.dropped]).toEqual([200, {}]);
    expect(stored).toBe(5_000);
  });

  it('wants the token if one is set', async () => {
    const { receiver } = await receive({ token: 'secret' });
    const url = `${receiver.url}/v1/logs`;
    expect((await post(url, {})).status).toBe(401);
    expect((await post(url, {}, { authorization: 'Bearer wrong' })).status).toBe(401);
    expect((await post(url, {}, { authorization: 'Bearer secret' })).status).toBe(200);
  });

  it('survives bombs, deep nesting and keys that mean something elsewhere', async () => {
    const { receiver, collector } = await receive();
    const url = `${receiver.url}/v1/logs`;
    const bomb = gzipSync(Buffer.alloc(200 * 1024 * 1024));
    const sent = await fetch(url, {
      method: 'POST',
      headers: { 'content-encoding': 'gzip', 'content-type': 'application/x-protobuf' },
      body: bomb,
    });
    expect(sent.status).toBe(413);
    const deep = `${'{"arrayValue":{"values":['.repeat(5_000)}${']}}'.repeat(5_000)}`;
    const nested = await post(url, `{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":${deep}},{}]}]}]}`);
    expect([nested.status, nested.text]).toEqual([200, expect.stringContaining('nested deeper than 64 levels')]);
    expect((await post(url, '['.repeat(1_000_000))).status).toBe(400);
    // 10,000 levels of an array in an array
    let value = Buffer.from([0x08]);
    for (let i = 0; i < 10_000; i += 1) {
      const list = Buffer.concat([Buffer.from([0x0a]), varint(value.length), value]);
      value = Buffer.concat([Buffer.from([0x2a]), varint(list.length), list]);
    }
    const body = wrap(0x0a, wrap(0x12, wrap(0x12, wrap(0x2a, value))));
    expect((await post(url, body)).status).toBe(400);
    const keys = ['__proto__', 'constructor', ''].map((key) => ({
      key,
      value: { kvlistValue: { values: [{ key, value: { stringValue: 'x' } }] } },
    }));
    expect((await post(url, logsRequest({ attributes: keys }))).status).toBe(200);
    const { events } = await collector.storage.retrieve();
    expect(Object.keys(events.at(-1)?.metadata ?? {}).sort()).toEqual(['', '__proto__', 'constructor']);
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  });

  it('ends slow clients, and answers others meanwhile', async () => {
    const { receiver } = await receive({ headersTimeoutMillis: 300, requestTimeoutMillis: 600 });
    const slow = Array.from({ length: 20 }, (_, i) => {
      const socket = connect(receiver.port, '127.0.0.1');
      socket.on('error', () => undefined);
      const start = 'POST /v1/logs HTTP/1.1\r\nHost: x\r\n';
      socket.write(i % 2 === 0 ? start : `${start}Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{`);
      return new Promise<string>((resolve) => {
        let text = '';
        socket.on('data', (chunk) => {
          text += String(chunk);
        });
        socket.on('close', () => resolve(text));
      });
    });
    expect((await post(`${receiver.url}/v1/logs`, {})).status).toBe(200);
    for (const text of await Promise.all(slow)) expect(text === '' || text.startsWith('HTTP/1.1 408')).toBe(true);
    expect((await post(`${receiver.url}/v1/logs`, {})).status).toBe(200);
  });

  it('answers 429 when more comes in than it may hold, and takes the rest', async () => {
    const { receiver, collector } = await receive({ maxInFlightBytes: 250_000 });
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    let handed = 0;
    collector.addSink('slow', {
      store: (data) => {
        handed += data.size;
        return released;
      },
    });
    const send = () => post(`${receiver.url}/v1/logs`, logsRequest({ body: { stringValue: 'x'.repeat(100_000) } }));
    const waiting = [send(), send()];
    await until(() => collector.health().accepted === 2 && handed > 0);
    const refused = await send();
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1']);
    release();
    for (const answer of await Promise.all(waiting)) expect(answer.status).toBe(200);
    expect((await send()).status).toBe(200);
  });

  it('answers 503 while the storage fails, so that the sender comes again', async () => {
    let fails = true;
    const stored: string[] = [];
    const storage = {
      store: async (data: { events: readonly { eventId: string }[] }) => {
        if (fails) throw new StorageError('the disk is away', { permanent: false });
        stored.push(...data.events.map(({ eventId }) => eventId));
      },
    };
    const { receiver, collector } = await receive();
    collector.addSink('slow', storage);
    const request = logsRequest({ attributes: [{ key: 'log.record.uid', value: { stringValue: 'a' } }] });
    const first = await post(`${receiver.url}/v1/logs`, request);
    expect([first.status, first.headers.get('retry-after')]).toEqual([503, '5']);
    fails = false;
    expect((await post(`${receiver.url}/v1/logs`, request)).status).toBe(200);
    expect(new Set(stored)).toEqual(new Set(['a']));
    // what a storage refuses for good is not to come again
    collector.addSink('lost', {
      store: async () => {
        throw new StorageError('no', { permanent: true });
      },
    });
    const refused = await post(`${receiver.url}/v1/logs`, request);
    expect([refused.status, refused.text]).toEqual([200, expect.stringContaining('"rejectedLogRecords":"1"')]);
  });
});

it('names what is wrong with its options, and an address that is in use', async () => {
  const { receiver, collector } = await receive();
  await expect(createOtlpReceiver({ collector, port: receiver.port })).rejects.toThrow(/can't listen on .*EADDRINUSE/);
  await expect(createOtlpReceiver({ collector, prot: 1 } as never)).rejects.toThrow('did you mean "port"?');
  await expect(createOtlpReceiver({ collector: {} as never })).rejects.toThrow('to be a TelemetryCollector');
});

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let left = value;
  while (left > 127) {
    bytes.push((left & 127) | 128);
    left = Math.floor(left / 128);
  }
  return Buffer.from([...bytes, left]);
}

function wrap(tag: number, value: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([tag]), varint(value.length), value]);
}
