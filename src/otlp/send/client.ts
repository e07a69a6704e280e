import type { Agent, ClientRequest, IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { toError } from '../../model/errors.js';
import { showUrl } from '../../model/show-url.js';
import { inBackground } from '../../runtime/background.js';
import { builtIn } from '../../runtime/built-in.js';
import { uninstrumented } from '../../runtime/uninstrumented.js';
import { VERSION } from '../../runtime/version.js';
import type { Endpoint } from '../config/endpoint.js';
import { CONTENT_TYPES } from '../config/settings.js';
import { MAX_RESPONSE_BYTES, outcomeOf, type ResponseEnd, type SendOutcome } from './response.js';

/** Settings of an {@link OtlpClient}. */
export interface OtlpClientOptions {
  /** A request that is under way keeps the process alive; default `false`: whoever waits for its end does. */
  readonly holdsProcess?: boolean | undefined;
}

/** Connections to one endpoint, and so the requests that are under way together. */
export const MAX_CONNECTIONS = 4;

/** Sends ready-made requests to one endpoint, over connections that are kept. */
export class OtlpClient {
  readonly #endpoint: Endpoint;
  readonly #server: string;
  readonly #agent: Agent;
  readonly #holdsProcess: boolean;
  readonly #compress = promisify(builtIn.zlib.gzip);
  readonly #open = new Set<ClientRequest>();
  #closed = false;

  constructor(endpoint: Endpoint, options: OtlpClientOptions = {}) {
    this.#endpoint = endpoint;
    this.#server = showUrl(endpoint.url);
    this.#holdsProcess = options.holdsProcess ?? false;
    const agentOptions = { keepAlive: true, maxSockets: MAX_CONNECTIONS };
    this.#agent = endpoint.url.startsWith('https:')
      ? new builtIn.https.Agent({ ...agentOptions, ...endpoint.tls })
      : new builtIn.http.Agent(agentOptions);
  }

  /** Sends one request; never rejects. It belongs to no request of the application, and is not traced. */
  send(body: Uint8Array, protocol = this.#endpoint.protocol): Promise<SendOutcome> {
    return inBackground(() => this.#send(body, protocol));
  }

  /** Ends the connections, and with them the requests that are under way. */
  close(): void {
    this.#closed = true;
    for (const request of this.#open) request.destroy(new Error('the sender was closed'));
    this.#agent.destroy();
  }

  async #send(body: Uint8Array, protocol: Endpoint['protocol']): Promise<SendOutcome> {
    const { headers, compression } = this.#endpoint;
    try {
      const isCompressed = compression === 'gzip';
      const sent = isCompressed ? await this.#compress(body, { level: 1 }) : body;
      if (this.#closed) throw new Error(`${this.#server}: the sender was closed`);
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

  #post(body: Uint8Array, headers: Readonly<Record<string, string>>): Promise<SendOutcome> {
    const { url, timeoutMillis } = this.#endpoint;
    return new Promise((resolve, reject) => {
      const post = uninstrumented(url.startsWith('https:') ? builtIn.https.request : builtIn.http.request);
      const request = post(url, { method: 'POST', headers, agent: this.#agent });
      this.#open.add(request);
      // of the whole exchange: an answer that drips in is bounded as well
      const timer = setTimeout(
        () => request.destroy(new Error(`it did not answer within ${timeoutMillis} ms`)),
        timeoutMillis,
      );
      timer.unref();
      let answer: ((end: ResponseEnd) => void) | undefined;
      request.on('socket', (socket) => {
        if (!this.#holdsProcess) socket.unref();
      });
      request.on('response', (response) => {
        answer = collect(response, (chunks, end) => resolve(outcomeOf(this.#server, response, chunks, end)));
      });
      const fail = (error: Error): void => {
        clearTimeout(timer);
        this.#open.delete(request);
        // the status is known: that is the answer, however its body ended
        if (answer !== undefined) answer('lost');
        else reject(new Error(`${this.#server}: ${wordsOf(error)}`));
      };
      request.on('error', fail);
      request.on('close', () => fail(new Error('the connection was closed without an answer')));
      request.end(body);
    });
  }
}

/** Reads a response; `done` gets what came of it, once. Returns what ends it before its time. */
function collect(
  response: IncomingMessage,
  done: (body: Buffer, end: ResponseEnd) => void,
): (end: ResponseEnd) => void {
  const chunks: Buffer[] = [];
  let size = 0;
  const end = (how: ResponseEnd): void => done(Buffer.concat(chunks), how);
  response.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size <= MAX_RESPONSE_BYTES) {
      chunks.push(chunk);
    } else {
      end('too_long');
      response.destroy();
    }
  });
  response.on('error', () => end('lost'));
  response.on('end', () => end('whole'));
  return end;
}

/** What an error says; those of connecting to several addresses have a text only in their parts. */
function wordsOf(error: Error): string {
  if (error instanceof AggregateError) return error.errors.map((one) => toError(one).message).join('; ');
  return error.message || ((error as NodeJS.ErrnoException).code ?? 'failed');
}
