import { afterEach, expect, it } from '@jest/globals';
import { logsRequest, post } from '../helpers/otlp.js';
import { endReceivers, receive } from '../helpers/otlp-receiver.js';

afterEach(endReceivers);

it('reads JSON after a byte order mark', async () => {
  const { receiver, collector } = await receive();
  const request = logsRequest({ body: { stringValue: 'marked' } });
  const json = typeof request === 'string' ? request : JSON.stringify(request);
  const { status, text } = await post(`${receiver.url}/v1/logs`, `\uFEFF${json}`);
  expect([status, text]).toEqual([200, '{}']);
  expect((await collector.storage.retrieve()).events.map(({ message }) => message)).toEqual(['marked']);
});
