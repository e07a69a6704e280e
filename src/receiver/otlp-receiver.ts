import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TelemetryError, toError } from '../model/errors.js';
import { checkOptions } from '../model/options.js';
import { bridgeOf, type ReceiverPort } from '../otel/bridge.js';
import { Ledger } from '../pipeline/counters.js';
import { inBackground } from '../runtime/background.js';
import type { HttpRequest, HttpResponse } from '../runtime/http-types.js';
import { isLoopback, targetOf } from '../runtime/request-access.js';
import { Admission, type Admitted, isOtlpPath, protocolOf } from './admission.js';
import { decoderOf, takeIn } from './ingest.js';
import { type OtlpReceiver, type OtlpReceiverOptions, RECEIVER_RULES } from './options.js';
import { BodyReader, discard, type Hold } from './request-body.js';
import { RefusedError, type Reply, refusedReply, takenReply, tooMany, unavailable } from './responses.js';

export type { OtlpReceiver, OtlpReceiverOptions };

const WHO = 'createOtlpReceiver';
const MIB = 1024 * 1024;
/** How long storing may take before the sender is asked to come again. */
const STORE_TIMEOUT_MILLIS = 10_000;

/** Answers requests until it is closed. */
export interface ClosableHandler {
  (request: HttpRequest, response: HttpResponse): void;
  close(): void;
}

/**
 * See `createOtlpReceiver`.
 *
 * @param makeMetrics - makes what answers `GET /metrics`.
 */
export async function startReceiver(
  options: OtlpReceiverOptions,
  makeMetrics?: (options: OtlpReceiverOptions) => ClosableHandler,
): Promise<OtlpReceiver> {
  checkOptions(WHO, options, RECEIVER_RULES);
  const receiver = new Receiver(options, makeMetrics);
  await receiver.listen(options.port ?? 4318, options.host ?? '127.0.0.1');
  return receiver;
}

class Receiver implements OtlpReceiver {
  readonly #bridge: ReceiverPort;
  readonly #server: Server;
  readonly #admission: Admission;
  readonly #bodies: BodyReader;
  readonly #view: OtlpReceiverOptions['view'];
  readonly #metrics: ClosableHandler | undefined;
  readonly #ledgers = { logs: new Ledger(() => 0), metrics: new Ledger(() => 0), traces: new Ledger(() => 0) };
  #host = '';
  #port = 0;
  #isLoopback = false;
  #isEnding = false;

  constructor(options: OtlpReceiverOptions, makeMetrics?: (options: OtlpReceiverOptions) => ClosableHandler) {
    this.#bridge = bridgeOf(options.collector, WHO);
    const maxBodyBytes = options.maxBodyBytes ?? 8 * MIB;
    this.#admission = new Admission({ token: options.token, allowedHosts: options.allowedHosts ?? [], maxBodyBytes });
    this.#bodies = new BodyReader({
      maxBodyBytes,
      maxDecompressedBytes: options.maxDecompressedBytes ?? 16 * MIB,
      maxInFlightBytes: options.maxInFlightBytes ?? 64 * MIB,
    });
    this.#view = options.view;
    this.#metrics = makeMetrics?.(options);
    this.#server = this.#serverOf(options);
  }

  get port(): number {
    return (this.#server.address() as AddressInfo | null)?.port ?? this.#port;
  }

  get url(): string {
    return `http://${this.#host.includes(':') ? `[${this.#host}]` : this.#host}:${this.port}`;
  }

  get figures(): OtlpReceiver['figures'] {
    const { logs, metrics, traces } = this.#ledgers;
    return { logs: logs.figures, metrics: metrics.figures, traces: traces.figures };
  }

  listen(port: number, host: string): Promise<void> {
    this.#host = host;
    return new Promise((resolve, reject) => {
      let isListening = false;
      // stays for the server's whole life: it may fail to accept a connection at any time
      this.#server.on('error', (error) => {
        if (isListening) this.#bridge.report('receiver', 'the server failed', error);
        const message = `${WHO}: can't listen on ${host}:${port}: ${error.message}`;
        reject(new TelemetryError('RIMP_LISTEN', message, { cause: error }));
      });
      this.#server.listen(port, host, () => {
        isListening = true;
        this.#port = this.port;
        this.#isLoopback = isLoopback((this.#server.address() as AddressInfo | null)?.address ?? '');
        resolve();
      });
    });
  }

  async shutdown(options: { readonly timeoutMillis?: number | undefined } = {}): Promise<void> {
    this.#isEnding = true;
    this.#metrics?.close();
    if (!this.#server.listening) return;
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeIdleConnections();
    const timer = setTimeout(() => this.#server.closeAllConnections(), options.timeoutMillis ?? 10_000);
    await closed;
    clearTimeout(timer);
  }

  #serverOf(options: OtlpReceiverOptions): Server {
    const requestTimeout = options.requestTimeoutMillis ?? 30_000;
    const server = createServer({
      headersTimeout: Math.min(requestTimeout, options.headersTimeoutMillis ?? 10_000),
      requestTimeout,
      connectionsCheckingInterval: 500,
      maxHeaderSize: 16 * 1024,
    });
    const answer = (request: IncomingMessage, response: ServerResponse, isWaiting: boolean): void => {
      // each emitter of ours is heard for its whole life: a client may go away at any time
      request.on('error', () => undefined);
      response.on('error', () => undefined);
      inBackground(() => this.#answer(request, response, isWaiting)).catch((error: unknown) => {
        this.#bridge.report('receiver', 'answering a request failed', error);
        response.destroy();
      });
    };
    server.on('request', (request, response) => answer(request, response, false));
    // the client sends its body when it is asked to
    server.on('checkContinue', (request, response) => answer(request, response, true));
    server.maxConnections = options.maxConnections ?? 1_000;
    return server;
  }

  async #answer(request: IncomingMessage, response: ServerResponse, isWaiting: boolean): Promise<void> {
    let reply: Reply;
    let hasContinued = !isWaiting;
    try {
      const other = this.#handlerOf(targetOf(request).path);
      if (other !== undefined) {
        this.#admission.checkHost(request, this.#isLoopback);
        this.#checkOpen();
        other(request, response);
        return;
      }
      const admitted = this.#admission.admit(request, this.#isLoopback);
      this.#checkOpen();
      if (this.#bridge.isFull) throw tooMany('storing is slower than what comes in');
      if (isWaiting) response.writeContinue();
      hasContinued = true;
      const use = (body: Uint8Array, hold: Hold): Promise<Reply> => this.#take(admitted, body, hold);
      reply = await this.#bodies.read(request, admitted.encoding, use);
    } catch (error) {
      if (request.destroyed && !request.complete) return;
      const refused =
        error instanceof RefusedError
          ? error
          : new RefusedError('unavailable', `not taken: ${toError(error).message}`, { 'retry-after': '1' });
      reply = refusedReply(protocolOf(request) ?? 'http/json', refused);
      if (!(error instanceof RefusedError)) this.#bridge.report('receiver', 'answering a request failed', error);
    }
    await this.#send(request, response, reply, hasContinued);
  }

  /** What answers other requests than those of OTLP. */
  #handlerOf(path: string): OtlpReceiverOptions['view'] {
    if (path === '/metrics') return this.#metrics ?? this.#view;
    return isOtlpPath(path) ? undefined : this.#view;
  }

  #checkOpen(): void {
    if (this.#isEnding || !this.#bridge.isOpen) throw unavailable('the receiver is shutting down');
  }

  /** Sends an answer at once, and only then reads away what is left of the request. */
  async #send(request: IncomingMessage, response: ServerResponse, reply: Reply, willSend: boolean): Promise<void> {
    if (response.destroyed) return;
    response.writeHead(reply.status, {
      ...reply.headers,
      'content-length': reply.body.length,
      ...((this.#isEnding || !willSend) && { connection: 'close' }),
    });
    if (willSend && !request.complete) {
      if (reply.body.length > 0) response.write(reply.body);
      else response.flushHeaders();
      await discard(request);
      response.end();
    } else {
      response.end(reply.body);
    }
  }

  async #take({ signal, protocol }: Admitted, body: Uint8Array, hold: Hold): Promise<Reply> {
    const ledger = this.#ledgers[signal];
    const request = this.#bridge.begin();
    // the decoder goes before storing begins: what it holds may be large
    const read = await takeIn(signal, await decoderOf(protocol, body, hold), this.#bridge, request, hold);
    const { taken, rejected, reason } = read;
    if (taken === 0 && rejected > 0) {
      ledger.accepted += rejected;
      ledger.dropped.add('not_readable', rejected);
      throw new RefusedError('badRequest', reason);
    }
    const { refused, retry } = await request.store(STORE_TIMEOUT_MILLIS);
    if (retry) throw unavailable('it could not be stored yet');
    // of a metric's point several items may be refused
    const refusedParts = Math.min(
      taken,
      Object.values(refused).reduce((sum, count) => sum + count, 0),
    );
    ledger.accepted += taken + rejected;
    ledger.delivered += taken - refusedParts;
    ledger.dropped.add('not_readable', rejected);
    ledger.dropped.add('not_storable', refusedParts);
    const why = refusedParts > 0 ? `no try can store ${refusedParts} of them: ${Object.keys(refused).join(', ')}` : '';
    return takenReply(
      protocol,
      signal,
      rejected + refusedParts,
      [reason, why].filter((text) => text !== '').join('; '),
    );
  }
}
