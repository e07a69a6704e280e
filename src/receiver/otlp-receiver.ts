import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TelemetryError, toError } from '../model/errors.js';
import { ANY_OBJECT, checkOptions, POSITIVE_INTEGER, type Rule, type Rules, TEXT } from '../model/options.js';
import { type Bridged, bridgeOf, type ReceiverPort } from '../otel/bridge.js';
import type { OtlpProtocol, Signal } from '../otlp/config/settings.js';
import { Ledger, type LedgerFigures } from '../pipeline/counters.js';
import { decoderOf, spansOf, takeIn } from './ingest.js';
import { BodyReader, discard, tooMany } from './request-body.js';
import { RefusedError, type Reply, refusedReply, takenReply, unavailable } from './responses.js';

/** Settings of `createOtlpReceiver`. */
export interface OtlpReceiverOptions {
  /** The collector that is given what is received. */
  readonly collector: Bridged;
  /** Default 4318; 0: any that is free. */
  readonly port?: number | undefined;
  /** The address to listen on; default `'127.0.0.1'`, which other machines can't reach. */
  readonly host?: string | undefined;
  /** Requests need `Authorization: Bearer …` with this token; default: none is needed. */
  readonly token?: string | undefined;
  /** The largest body as it is sent; default 8 MiB. */
  readonly maxBodyBytes?: number | undefined;
  /** The largest body after decompression; default 16 MiB. */
  readonly maxDecompressedBytes?: number | undefined;
  /** All bodies that are in memory at a time, beyond which requests are answered 429; default 64 MiB. */
  readonly maxInFlightBytes?: number | undefined;
  /** How long the headers of a request may take, in milliseconds; default 10,000. */
  readonly headersTimeoutMillis?: number | undefined;
  /** How long a whole request may take, in milliseconds; default 30,000. */
  readonly requestTimeoutMillis?: number | undefined;
  /** Connections at a time; further ones are closed; default 1,000. */
  readonly maxConnections?: number | undefined;
}

/** A running receiver. */
export interface OtlpReceiver {
  /** For `OTEL_EXPORTER_OTLP_ENDPOINT`. */
  readonly url: string;
  readonly port: number;
  /** The books: of log records, metric points and spans, as they were sent; the items are in `collector.health()`. */
  readonly figures: { readonly [S in Signal | 'traces']: LedgerFigures };
  /** Takes no more requests, answers those that are under way, for at most `timeoutMillis` (default 10,000). */
  shutdown(options?: { readonly timeoutMillis?: number | undefined }): Promise<void>;
}

const WHO = 'createOtlpReceiver';
const MIB = 1024 * 1024;
/** How long storing may take before the sender is asked to come again. */
const STORE_TIMEOUT_MILLIS = 10_000;
const PATHS: ReadonlyMap<string, Signal | 'traces'> = new Map([
  ['/v1/logs', 'logs'],
  ['/v1/metrics', 'metrics'],
  ['/v1/traces', 'traces'],
]);
const PROTOCOLS: ReadonlyMap<string, OtlpProtocol> = new Map([
  ['application/x-protobuf', 'http/protobuf'],
  ['application/protobuf', 'http/protobuf'],
  ['application/json', 'http/json'],
]);
const PORT: Rule = {
  isRight: (value) => Number.isInteger(value) && (value as number) >= 0 && (value as number) < 65_536,
  expected: 'a port, 0 to 65535',
};
const RULES: Rules = {
  collector: ANY_OBJECT,
  port: PORT,
  host: TEXT,
  token: TEXT,
  maxBodyBytes: POSITIVE_INTEGER,
  maxDecompressedBytes: POSITIVE_INTEGER,
  maxInFlightBytes: POSITIVE_INTEGER,
  headersTimeoutMillis: POSITIVE_INTEGER,
  requestTimeoutMillis: POSITIVE_INTEGER,
  maxConnections: POSITIVE_INTEGER,
};

/** See `createOtlpReceiver`. */
export async function startReceiver(options: OtlpReceiverOptions): Promise<OtlpReceiver> {
  checkOptions(WHO, options, RULES);
  const receiver = new Receiver(options);
  await receiver.listen(options.port ?? 4318, options.host ?? '127.0.0.1');
  return receiver;
}

class Receiver implements OtlpReceiver {
  readonly #bridge: ReceiverPort;
  readonly #server: Server;
  readonly #bodies: BodyReader;
  readonly #tokenDigest: Buffer | undefined;
  readonly #ledgers = { logs: new Ledger(() => 0), metrics: new Ledger(() => 0), traces: new Ledger(() => 0) };
  #host = '';
  #port = 0;
  #isEnding = false;

  constructor(options: OtlpReceiverOptions) {
    this.#bridge = bridgeOf(options.collector, WHO);
    this.#tokenDigest = options.token === undefined ? undefined : digestOf(options.token);
    this.#bodies = new BodyReader({
      maxBodyBytes: options.maxBodyBytes ?? 8 * MIB,
      maxDecompressedBytes: options.maxDecompressedBytes ?? 16 * MIB,
      maxInFlightBytes: options.maxInFlightBytes ?? 64 * MIB,
    });
    const requestTimeout = options.requestTimeoutMillis ?? 30_000;
    this.#server = createServer(
      {
        headersTimeout: Math.min(requestTimeout, options.headersTimeoutMillis ?? 10_000),
        requestTimeout,
        connectionsCheckingInterval: 500,
        maxHeaderSize: 16 * 1024,
      },
      (request, response) => {
        this.#answer(request, response).catch((error: unknown) => {
          this.#bridge.report('receiver', 'answering a request failed', error);
          response.destroy();
        });
      },
    );
    this.#server.maxConnections = options.maxConnections ?? 1_000;
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
      this.#server.once('error', (error) => {
        const message = `${WHO}: can't listen on ${host}:${port}: ${error.message}`;
        reject(new TelemetryError('RIMP_LISTEN', message, { cause: error }));
      });
      this.#server.listen(port, host, () => {
        this.#port = this.port;
        resolve();
      });
    });
  }

  async shutdown(options: { readonly timeoutMillis?: number | undefined } = {}): Promise<void> {
    this.#isEnding = true;
    if (!this.#server.listening) return;
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeIdleConnections();
    const timer = setTimeout(() => this.#server.closeAllConnections(), options.timeoutMillis ?? 10_000);
    await closed;
    clearTimeout(timer);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase() ?? '';
    const protocol = PROTOCOLS.get(type);
    let reply: Reply;
    try {
      reply = await this.#handle(request, protocol);
    } catch (error) {
      if (request.destroyed && !request.complete) return;
      const refused =
        error instanceof RefusedError
          ? error
          : new RefusedError('unavailable', `not taken: ${toError(error).message}`, { 'retry-after': '1' });
      reply = refusedReply(protocol ?? 'http/json', refused);
      if (!(error instanceof RefusedError)) this.#bridge.report('receiver', 'answering a request failed', error);
    }
    await discard(request);
    if (response.destroyed) return;
    response.writeHead(reply.status, {
      ...reply.headers,
      'content-length': reply.body.length,
      ...(this.#isEnding && { connection: 'close' }),
    });
    response.end(reply.body);
  }

  async #handle(request: IncomingMessage, protocol: OtlpProtocol | undefined): Promise<Reply> {
    const signal = PATHS.get(request.url?.split('?')[0] ?? '');
    if (signal === undefined) throw new RefusedError('notFound', `expected ${[...PATHS.keys()].join(', ')}`);
    if (request.method !== 'POST') throw new RefusedError('methodNotAllowed', 'expected POST', { allow: 'POST' });
    this.#authorise(request);
    if (protocol === undefined) {
      throw new RefusedError(
        'unsupportedMediaType',
        'expected the Content-Type application/x-protobuf or application/json',
      );
    }
    if (this.#isEnding) throw unavailable('the receiver is shutting down');
    if (this.#bridge.isFull) throw tooMany('storing is slower than what comes in');
    return this.#bodies.read(request, (body) => this.#take(signal, protocol, body));
  }

  async #take(signal: Signal | 'traces', protocol: OtlpProtocol, body: Uint8Array): Promise<Reply> {
    const decoder = decodable(protocol, body);
    const ledger = this.#ledgers[signal];
    if (signal === 'traces') {
      const spans = spansOf(decoder);
      ledger.accepted += spans;
      ledger.dropped.add('not_kept', spans);
      return takenReply(protocol, signal, 0, '');
    }
    const request = this.#bridge.begin();
    const { taken, rejected, reason } = await takeIn(signal, decoder, this.#bridge, request);
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
    const why = reason || `no try can store them: ${Object.keys(refused).join(', ')}`;
    return takenReply(protocol, signal, rejected + refusedParts, why);
  }

  /** @throws RefusedError where the token is missing or wrong. */
  #authorise(request: IncomingMessage): void {
    if (this.#tokenDigest === undefined) return;
    const given = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
    if (given !== undefined && timingSafeEqual(digestOf(given), this.#tokenDigest)) return;
    throw new RefusedError('unauthorized', 'expected Authorization: Bearer with the right token', {
      'www-authenticate': 'Bearer',
    });
  }
}

function decodable(protocol: OtlpProtocol, body: Uint8Array): ReturnType<typeof decoderOf> {
  try {
    return decoderOf(protocol, body);
  } catch (error) {
    throw new RefusedError('badRequest', toError(error).message);
  }
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
