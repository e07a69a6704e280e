import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { toError } from '../../model/errors.js';
import { VERSION } from '../../runtime/version.js';
import type { Endpoint } from '../config/endpoint.js';
import { CONTENT_TYPES } from '../config/settings.js';

/** What became of one request (OTLP specification, "OTLP/HTTP Response"). */
export type SendOutcome =
  /** Taken; the response's body tells what of it was not. */
  | { readonly kind: 'sent'; readonly body: Uint8Array }
  /** May be sent again, not before `afterMillis` are over where the server asks for it. */
  | { readonly kind: 'retry'; readonly reason: string; readonly afterMillis: number | undefined }
  /** Must not be sent again; `status` 413: it was too large. */
  | { readonly kind: 'refused'; readonly status: number; readonly reason: string };

/** Statuses after which a request may be sent again (OTLP specification, "Retryable Response Codes"). */
const RETRYABLE: ReadonlySet<number> = new Set([429, 502, 503, 504]);
const MAX_RESPONSE_BYTES = 4 * 1024 * 1024;
const MAX_REASON_CHARACTERS = 300;

/** Sends ready-made requests to one endpoint, over connections that are kept. */
export class OtlpClient {
  readonly #endpoint: Endpoint;
  readonly #agent: HttpAgent;
  readonly #compress = promisify(gzip);

  constructor(endpoint: Endpoint) {
    this.#endpoint = endpoint;
    const agentOptions = { keepAlive: true, maxSockets: 4 };
    this.#agent = endpoint.url.startsWith('https:')
      ? new HttpsAgent({ ...agentOptions, ...endpoint.tls })
      : new HttpAgent(agentOptions);
  }

  /** Sends one request; never rejects. */
  async send(body: Uint8Array, protocol = this.#endpoint.protocol): Promise<SendOutcome> {
    const { headers, compression } = this.#endpoint;
    try {
      const isCompressed = compression === 'gzip';
      const sent = isCompressed ? await this.#compress(body, { level: 1 }) : body;
      return await this.#post(sent, {
        'user-agent': `rimp-telemetry/${VERSION}`,
        ...headers,
        'content-type': CONTENT_TYPES[protocol],
        'content-length': String(sent.byteLength),
        ...(isCompressed && { 'content-encoding': 'gzip' }),
      });
    } catch (error) {
      return { kind: 'retry', reason: toError(error).message, afterMillis: undefined };
    }
  }

  /** Ends the connections. */
  close(): void {
    this.#agent.destroy();
  }

  #post(body: Uint8Array, headers: Readonly<Record<string, string>>): Promise<SendOutcome> {
    const { url, timeoutMillis } = this.#endpoint;
    return new Promise((resolve, reject) => {
      const send = url.startsWith('https:') ? httpsRequest : httpRequest;
      const request = send(url, { method: 'POST', headers, agent: this.#agent });
      const timer = setTimeout(
        () => request.destroy(new Error(`${url} did not answer within ${timeoutMillis} ms`)),
        timeoutMillis,
      );
      timer.unref();
      const fail = (error: Error): void => {
        clearTimeout(timer);
        reject(new Error(`${url}: ${error.message || ((error as NodeJS.ErrnoException).code ?? 'failed')}`));
      };
      // whoever waits for the end of a request keeps the process alive, not the request itself
      request.on('socket', (socket) => socket.unref());
      request.on('error', fail);
      request.on('close', () => fail(new Error('the connection was closed without an answer')));
      request.on('response', (response) => {
        const chunks: Buffer[] = [];
        let size = 0;
        response.on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size <= MAX_RESPONSE_BYTES) chunks.push(chunk);
          else request.destroy(new Error('the response is too long'));
        });
        response.on('error', fail);
        response.on('end', () => {
          clearTimeout(timer);
          resolve(outcomeOf(url, response, Buffer.concat(chunks)));
        });
      });
      request.end(body);
    });
  }
}

function outcomeOf(url: string, response: IncomingMessage, body: Buffer): SendOutcome {
  const status = response.statusCode ?? 0;
  if (status >= 200 && status < 300) return { kind: 'sent', body };
  const words = wordsOf(body, response.headers['content-type'] ?? '');
  const reason = `${url} answered ${status} ${response.statusMessage ?? ''}${words}`;
  if (!RETRYABLE.has(status)) return { kind: 'refused', status, reason };
  return { kind: 'retry', reason, afterMillis: retryAfter(response.headers['retry-after'], Date.now()) };
}

/** Milliseconds of a `Retry-After` header: seconds or a date (RFC 9110, section 10.2.3). */
function retryAfter(header: string | undefined, nowMillis: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d+$/.test(header.trim())) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMillis);
}

/** The message of a `google.rpc.Status`: its field 2. */
function messageOf(body: Uint8Array): string {
  const reader = new BinaryReader(body);
  let message = '';
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    if (number === 2 && wireType === WireType.LengthDelimited) message = reader.string();
    else reader.skip(wireType, number);
  }
  return message;
}

function jsonMessageOf(body: Buffer): string {
  const { message } = JSON.parse(body.toString('utf8')) as { message?: unknown };
  if (typeof message !== 'string') throw new Error('no message');
  return message;
}

/** The server's own words, whatever encoding they came in: a Status in protobuf or JSON, or plain text. */
function wordsOf(body: Buffer, contentType: string): string {
  let text = body.toString('utf8', 0, 4 * MAX_REASON_CHARACTERS);
  try {
    text = contentType.includes('protobuf') ? messageOf(body) : jsonMessageOf(body);
  } catch {
    // neither of them: as it is
  }
  const words = text
    .replace(/[^\p{L}\p{N}\p{P}\p{S}\p{Z}]+/gu, ' ')
    .trim()
    .slice(0, MAX_REASON_CHARACTERS);
  return words === '' ? '' : `: ${words}`;
}
