import { afterEach, expect, it } from '@jest/globals';
import { logsRequest, post } from '../helpers/otlp.js';
import { endReceivers, receive } from '../helpers/otlp-receiver.js';

afterEach(endReceivers);

it.each([1, 3_000])('refuses JSON with a byte order mark, which RFC 8259 forbids: %i records', async (count) => {
  const { receiver, collector } = await receive();
  const request = JSON.stringify(
    logsRequest(...Array.from({ length: count }, () => ({ body: { stringValue: 'm'.repeat(100) } }))),
  );
  const { status, text } = await post(`${receiver.url}/v1/logs`, `\uFEFF${request}`);
  expect([status, text]).toEqual([400, expect.stringContaining('expected JSON')]);
  expect((await collector.storage.retrieve()).size).toBe(0);
  expect((await post(`${receiver.url}/v1/logs`, ` \r\n\t${request}\n`)).status).toBe(200);
});
