import type { AddressInfo } from 'node:net';
import { createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { OtlpClient } from '../../../src/otlp/send/client.js';
import type { SendOutcome } from '../../../src/otlp/send/response.js';

const closers: (() => void)[] = [];

afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** A server of our own, below HTTP: it gives what a test writes to the connection. */
async function server(answer: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const listening = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('data', () => answer(socket));
  });
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    listening.close();
    for (const socket of sockets) socket.destroy();
  });
  return `http://127.0.0.1:${(listening.address() as AddressInfo).port}`;
}

function clientOf(url: string, timeoutMillis = 5_000): OtlpClient {
  const client = new OtlpClient({
    url: `${url}/v1/logs`,
    protocol: 'http/json',
    headers: {},
    compression: 'none',
    timeoutMillis,
    tls: {},
  });
  closers.push(() => client.close());
  return client;
}

const head = (status: number, headers = ''): string => `HTTP/1.1 ${status} Words\r\n${headers}\r\n`;

/** What a client makes of an answer. */
async function outcome(answer: (socket: Socket) => void, timeoutMillis?: number): Promise<SendOutcome> {
  return clientOf(await server(answer), timeoutMillis).send(Buffer.from('{}'));
}

describe('the answer to a request', () => {
  it.each([200, 503, 413, 400])(
    'is an error that is not retried if it has more than 4 MiB, with status %i',
    async (status) => {
      const result = await outcome((socket) => {
        socket.write(head(status, 'content-length: 5000000\r\n'));
        for (let i = 0; i < 5; i += 1) socket.write(Buffer.alloc(1_000_000, 'x'));
      });
      expect(result).toMatchObject({ kind: 'refused', status, isFinal: true });
      expect(result).toMatchObject({ reason: expect.stringContaining('more than 4194304 bytes') });
    },
  );

  it.each([
    [200, { kind: 'sent' }],
    [202, { kind: 'sent' }],
    [403, { kind: 'refused', status: 403, isFinal: false }],
    [503, { kind: 'retry', afterMillis: 3_600_000 }],
  ])('is what its status says if the connection is lost after the headers: %i', async (status, expected) => {
    const lost = (socket: Socket): void => {
      socket.write(head(status, 'content-length: 100\r\nretry-after: 3600\r\n'), () => socket.destroy());
    };
    expect(await outcome(lost)).toMatchObject(expected);
    const reset = (socket: Socket): void => {
      socket.write(`${head(status, 'content-length: 100\r\nretry-after: 3600\r\n')}{"par`, () =>
        socket.resetAndDestroy(),
      );
    };
    expect(await outcome(reset)).toMatchObject(expected);
  });

  it.each([
    [200, { kind: 'sent' }],
    [400, { kind: 'refused', status: 400 }],
    [502, { kind: 'retry' }],
  ])('is bounded in time if it drips in: %i', async (status, expected) => {
    const before = performance.now();
    const result = await outcome((socket) => {
      socket.write(head(status, 'content-length: 100000\r\n'));
      const timer = setInterval(() => socket.write(' '), 20);
      closers.push(() => clearInterval(timer));
    }, 300);
    expect(result).toMatchObject(expected);
    expect(performance.now() - before).toBeLessThan(10_000);
  });

  it('that never has a whole head is waited for no longer than the timeout, and retried', async () => {
    const result = await outcome((socket) => {
      const timer = setInterval(() => socket.write('HTTP/1.1 200 OK\r\nx: '.slice(0, 1)), 20);
      closers.push(() => clearInterval(timer));
    }, 300);
    expect(result.kind).toBe('retry');
  });

  it('is retried if the connection is lost before it, or it is no HTTP', async () => {
    expect(await outcome((socket) => socket.destroy())).toMatchObject({ kind: 'retry' });
    expect(await outcome((socket) => socket.end('220 mail.example ESMTP\r\n'))).toMatchObject({ kind: 'retry' });
  });

  it.each([
    ['3600', 3_600_000],
    ['0', 0],
    ['9'.repeat(400), Number.POSITIVE_INFINITY],
    ['soon', undefined],
    ['-5', undefined],
    [new Date(0).toUTCString(), 0],
  ])('has its Retry-After of %s read', async (value, afterMillis) => {
    const result = await outcome((socket) => socket.end(head(429, `retry-after: ${value}\r\ncontent-length: 0\r\n`)));
    expect(result).toMatchObject({ kind: 'retry', afterMillis });
  });

  it('is not waited for any longer once the client is closed', async () => {
    const client = clientOf(await server(() => client.close()), 60_000);
    expect(await client.send(Buffer.from('{}'))).toMatchObject({ kind: 'retry' });
    expect(await client.send(Buffer.from('{}'))).toMatchObject({
      kind: 'retry',
      reason: expect.stringContaining('the sender was closed'),
    });
  });

  it('shows nothing of the credentials and the query of its URL', async () => {
    const url = (await server((socket) => socket.end(head(400, 'content-length: 0\r\n')))).replace(
      '//',
      '//me:secret@',
    );
    const client = new OtlpClient({
      url: `${url}/v1/logs?key=secret`,
      protocol: 'http/json',
      headers: {},
      compression: 'gzip',
      timeoutMillis: 1_000,
      tls: {},
    });
    closers.push(() => client.close());
    expect(JSON.stringify(await client.send(Buffer.from('{}')))).not.toContain('secret');
    client.close();
    expect(JSON.stringify(await client.send(Buffer.from('{}')))).not.toContain('secret');
  });
});
