import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { type StartedTelemetry, startTelemetry } from 'rimp-telemetry';
import { expectBalance } from '../../helpers/ledger.js';
import { until } from '../../helpers/until.js';

/** A request that waits for its answer. */
interface Held {
  /** The numbers of the events in it, in order. */
  readonly events: readonly number[];
  readonly answer: (status: number) => void;
}

const environment = { ...process.env };
let held: Held[] = [];
let telemetry: StartedTelemetry;
let url = '';

/** A server that answers only when it is told to. */
const server = createServer((request, response: ServerResponse) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const events = Array.from(
      Buffer.concat(chunks)
        .toString('latin1')
        .matchAll(/number (\d{6})/g),
      ([, digits]) => Number(digits),
    );
    const answer = (status: number): void => {
      response.writeHead(status, { 'content-type': 'application/x-protobuf' });
      response.end();
    };
    held.push({ events, answer });
  });
});

beforeEach(async () => {
  held = [];
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  process.env = { ...environment };
  await telemetry.shutdown({ timeoutMillis: 200 });
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function start(): void {
  telemetry = startTelemetry({ register: false, otlp: { endpoint: url } });
}

function emit(from: number, count: number): void {
  for (let i = from; i < from + count; i += 1)
    telemetry.collector.collectEvent('shop', `number ${String(i).padStart(6, '0')}`);
}

/** The next request that comes. */
async function nextRequest(): Promise<Held> {
  await until(() => held.length > 0);
  return held.shift() as Held;
}

const numbers = (from: number, count: number): number[] => Array.from({ length: count }, (_, i) => from + i);
const figures = () => telemetry.collector.health().sinks['otlp-logs'];

it('batches that had to wait leave in one request, in order, of at most 2,048 records', async () => {
  start();
  emit(0, 512);
  const first = await nextRequest();
  expect(first.events).toEqual(numbers(0, 512));
  emit(512, 5 * 512);
  first.answer(200);
  const second = await nextRequest();
  expect(second.events).toEqual(numbers(512, 2_048));
  second.answer(200);
  const third = await nextRequest();
  expect(third.events).toEqual(numbers(2_560, 512));
  third.answer(200);
  await until(() => figures()?.delivered === 3_072);
  expectBalance(telemetry.collector);
});

it('while more waits than a request takes, four are under way, and a flush waits for the oldest', async () => {
  start();
  emit(0, 512);
  (await nextRequest()).answer(200);
  await until(() => figures()?.delivered === 512);
  emit(512, 4 * 2_048 + 100);
  await until(() => held.length === 4);
  const [oldest, ...others] = held.splice(0) as [Held, ...Held[]];
  expect(oldest.events).toEqual(numbers(512, 2_048));
  let isFlushed = false;
  const flush = telemetry.forceFlush({ timeoutMillis: 10_000 }).then(({ complete }) => {
    isFlushed = true;
    return complete;
  });
  for (const other of others) other.answer(200);
  await until(() => figures()?.queued === 2_048 + 100);
  expectBalance(telemetry.collector);
  expect(isFlushed).toBe(false);
  oldest.answer(200);
  const last = await nextRequest();
  last.answer(200);
  expect(await flush).toBe(true);
  expect([oldest, ...others, last].flatMap(({ events }) => events)).toEqual(numbers(512, 4 * 2_048 + 100));
});

it('an endpoint that has not taken anything yet, or not all of the last export, gets one request at a time', async () => {
  start();
  emit(0, 4 * 2_048);
  const first = await nextRequest();
  first.answer(404);
  const second = await nextRequest();
  await until(() => figures()?.dropped.refused === 512);
  expect(held).toEqual([]);
  second.answer(200);
  await until(() => held.length > 1);
  while ((figures()?.queued ?? 0) > 0) {
    for (const { answer } of held.splice(0)) answer(200);
    await until(() => held.length > 0 || figures()?.queued === 0);
  }
  expect(figures()).toMatchObject({ delivered: 4 * 2_048 - 512, dropped: { refused: 512 } });
});

it('after a failed export each request has a batch again, so that the next failures lose no more than that', async () => {
  process.env.OTEL_EXPORTER_OTLP_TIMEOUT = '1000';
  start();
  emit(0, 512);
  (await nextRequest()).answer(200);
  await until(() => figures()?.delivered === 512);
  emit(512, 2_048);
  expect((await nextRequest()).events).toHaveLength(2_048);
  await until(() => figures()?.dropped.export_failed === 2_048);
  emit(2_560, 4 * 512);
  for (let failed = 1; failed <= 4; failed += 1) {
    const { events, answer } = await nextRequest();
    expect(events).toEqual(numbers(2_048 + 512 * failed, 512));
    answer(501);
    await until(() => figures()?.dropped.refused === failed * 512);
  }
  expectBalance(telemetry.collector);
});

it('the batches of a request that is refused are sent by themselves, and only the one at fault is lost', async () => {
  start();
  emit(0, 512);
  (await nextRequest()).answer(200);
  await until(() => figures()?.delivered === 512);
  emit(512, 2_048);
  (await nextRequest()).answer(404);
  for (let batch = 1; batch <= 4; batch += 1) (await nextRequest()).answer(batch === 2 ? 404 : 200);
  await until(() => figures()?.queued === 0);
  expect(figures()).toMatchObject({ delivered: 4 * 512, dropped: { refused: 512 } });
});

it('a request that is too large is sent in its batches, and the next ones are half as large', async () => {
  start();
  emit(0, 512);
  (await nextRequest()).answer(200);
  await until(() => figures()?.delivered === 512);
  emit(512, 2_048);
  (await nextRequest()).answer(413);
  await until(() => held.length === 1);
  emit(2_560, 2_048);
  for (let batch = 1; batch <= 4; batch += 1) {
    const { events, answer } = await nextRequest();
    expect(events).toEqual(numbers(512 * batch, 512));
    answer(batch === 2 ? 404 : 200);
  }
  for (const from of [2_560, 3_584]) {
    const { events, answer } = await nextRequest();
    expect(events).toEqual(numbers(from, 1_024));
    answer(200);
  }
  await until(() => figures()?.queued === 0);
  expect(figures()).toMatchObject({ delivered: 8 * 512, dropped: { refused: 512 } });
});

it('an endpoint that takes its time over one request gets the next as soon as enough waits for it', async () => {
  start();
  emit(0, 512);
  (await nextRequest()).answer(200);
  await until(() => figures()?.delivered === 512);
  emit(512, 512);
  const slow = await nextRequest();
  emit(1_024, 2_048);
  const next = await nextRequest();
  expect(next.events).toEqual(numbers(1_024, 2_048));
  next.answer(200);
  slow.answer(200);
  await until(() => figures()?.queued === 0);
  expectBalance(telemetry.collector);
});

it('no request has more records than OTEL_BLRP_MAX_EXPORT_BATCH_SIZE, however many wait', async () => {
  process.env.OTEL_BLRP_MAX_EXPORT_BATCH_SIZE = '100';
  start();
  emit(0, 1_000);
  const seen: number[][] = [];
  while (seen.flat().length < 1_000) {
    const { events, answer } = await nextRequest();
    seen.push([...events]);
    answer(200);
  }
  expect(seen.map(({ length }) => length)).toEqual(Array.from({ length: 10 }, () => 100));
  expect(seen.flat().toSorted((a, b) => a - b)).toEqual(numbers(0, 1_000));
});
