import { connect } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createOtlpReceiver, type OtlpReceiver, type OtlpReceiverOptions, TelemetryCollector } from 'rimp-telemetry';

const open: { shutdown(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.shutdown();
});

async function receive(options: Partial<OtlpReceiverOptions> = {}): Promise<OtlpReceiver> {
  const collector = new TelemetryCollector();
  const receiver = await createOtlpReceiver({ port: 0, ...options, collector });
  open.push(collector, receiver);
  return receiver;
}

/** Sends the head of a request, and nothing after it; gives what is answered. */
function headOnly({ port }: OtlpReceiver, ...lines: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(`${lines.join('\r\n')}\r\n\r\n`));
    let text = '';
    socket.on('data', (chunk) => {
      text += String(chunk);
      socket.destroy();
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(text.split('\r\n')[0] ?? ''));
  });
}

const POST = 'POST /v1/logs HTTP/1.1';
const JSON_TYPE = 'Content-Type: application/json';
const SOON = 'Content-Length: 1000';

describe('what is refused by its head', () => {
  it.each([
    ['401', [POST, 'Host: localhost', JSON_TYPE, SOON], { token: 'secret' }],
    ['403', [POST, 'Host: evil.example', JSON_TYPE, SOON]],
    ['404', ['POST /v1/log HTTP/1.1', 'Host: localhost', JSON_TYPE, SOON]],
    ['405', ['PUT /v1/logs HTTP/1.1', 'Host: localhost', JSON_TYPE, SOON]],
    ['411', [POST, 'Host: localhost', JSON_TYPE]],
    ['413', [POST, 'Host: localhost', JSON_TYPE, 'Content-Length: 99999999999']],
    ['413', [POST, 'Host: localhost', JSON_TYPE, 'Content-Length: 99999999999', 'Expect: 100-continue']],
    ['415', [POST, 'Host: localhost', 'Content-Type: text/plain', SOON]],
    ['415', [POST, 'Host: localhost', JSON_TYPE, SOON, 'Content-Encoding: br']],
  ] as readonly [string, string[], Partial<OtlpReceiverOptions>?][])(
    'is answered %s before its body is read: %j',
    async (status, lines, options = {}) => {
      const answer = await headOnly(await receive(options), ...lines);
      expect(answer).toContain(` ${status} `);
    },
  );

  it('asks for the body of what it takes', async () => {
    const receiver = await receive();
    const answer = await headOnly(receiver, POST, 'Host: localhost', JSON_TYPE, SOON, 'Expect: 100-continue');
    expect(answer).toContain(' 100 ');
  });
});

describe('Host on loopback', () => {
  const line = (host: string): string[] => [POST, `Host: ${host}`, JSON_TYPE];

  it.each(['evil.example', 'evil.example:4318', 'localhost.evil.example', '127.0.0.1.evil.example', 'EVIL.example.'])(
    'is not to be the name of anybody: %s',
    async (host) => {
      expect(await headOnly(await receive(), ...line(host))).toContain(' 403 ');
    },
  );

  it.each(['localhost', 'LOCALHOST:4318', '127.0.0.1:1', '[::1]:4318', 'app.localhost', 'collector', '192.168.0.1'])(
    'may be an address, localhost, or a name without a dot: %s',
    async (host) => {
      // no length: what comes after the check
      expect(await headOnly(await receive(), ...line(host))).toContain(' 411 ');
    },
  );

  it('may be a name that is allowed', async () => {
    const receiver = await receive({ allowedHosts: ['Telemetry.Example'] });
    expect(await headOnly(receiver, ...line('telemetry.example:443'))).toContain(' 411 ');
    expect(await headOnly(receiver, ...line('other.example'))).toContain(' 403 ');
    await expect(receive({ allowedHosts: 'a' as never })).rejects.toThrow('"allowedHosts" to be a list of names');
  });

  it('counts less than a target in absolute form', async () => {
    const receiver = await receive();
    const target = (url: string): string => `POST ${url} HTTP/1.1`;
    const rest = ['Host: localhost', JSON_TYPE];
    expect(await headOnly(receiver, target('http://localhost:1/v1/logs?x=1'), ...rest)).toContain(' 411 ');
    expect(await headOnly(receiver, target('http://evil.example/v1/logs'), ...rest)).toContain(' 403 ');
    expect(await headOnly(receiver, target('http://localhost/v1/log'), ...rest)).toContain(' 404 ');
  });

  it('is anything if the receiver listens on all addresses', async () => {
    expect(await headOnly(await receive({ host: '0.0.0.0' }), ...line('telemetry.example'))).toContain(' 411 ');
  });
});
