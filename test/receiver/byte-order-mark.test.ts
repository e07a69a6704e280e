import { afterEach, expect, it } from '@jest/globals';
import { logsRequest, post } from '../helpers/otlp.js';
import { endReceivers, receive } from '../helpers/otlp-receiver.js';

afterEach(endReceivers);

it.each([1, 100_000])('reads JSON after a byte order mark, with a text of %i characters', async (length) => {
  const { receiver, collector } = await receive();
  const stringValue = 'm'.repeat(length);
  const request = JSON.stringify(logsRequest({ body: { stringValue } }));
  const { status, text } = await post(`${receiver.url}/v1/logs`, `\uFEFF${request}`);
  expect([status, text]).toEqual([200, '{}']);
  expect((await collector.storage.retrieve()).events.map(({ message }) => message)).toEqual([stringValue]);
});
