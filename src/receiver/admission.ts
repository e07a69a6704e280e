import type { IncomingMessage } from 'node:http';
import type { OtlpProtocol, OtlpSignal } from '../otlp/config/settings.js';
import { bearerOf, isCrossSite, RequestAccess, targetOf } from '../runtime/request-access.js';
import { RefusedError, tooLarge } from './responses.js';

/** A request that may be read. */
export interface Admitted {
  readonly signal: OtlpSignal;
  readonly protocol: OtlpProtocol;
  readonly encoding: Encoding;
}

/** How a body may be compressed. */
export type Encoding = 'identity' | 'gzip' | 'deflate';

/** What is asked of a request before its body is read. */
export interface AdmissionRules {
  readonly token: string | undefined;
  /** Names that `Host` may have, beside those that can't be another one's. */
  readonly allowedHosts: readonly string[];
  readonly maxBodyBytes: number;
}

const PATHS: ReadonlyMap<string, OtlpSignal> = new Map([
  ['/v1/logs', 'logs'],
  ['/v1/metrics', 'metrics'],
  ['/v1/traces', 'traces'],
]);
const PROTOCOLS: ReadonlyMap<string, OtlpProtocol> = new Map([
  ['application/x-protobuf', 'http/protobuf'],
  ['application/protobuf', 'http/protobuf'],
  ['application/json', 'http/json'],
]);
const ENCODINGS: ReadonlyMap<string, Encoding> = new Map([
  ['', 'identity'],
  ['identity', 'identity'],
  ['gzip', 'gzip'],
  ['x-gzip', 'gzip'],
  ['deflate', 'deflate'],
]);

/** Says of a request whether its body is to be read, by its head alone. */
export class Admission {
  readonly #access: RequestAccess;
  readonly #maxBodyBytes: number;

  constructor({ token, allowedHosts, maxBodyBytes }: AdmissionRules) {
    this.#access = new RequestAccess({ token, allowedHosts });
    this.#maxBodyBytes = maxBodyBytes;
  }

  /**
   * @param isLoopback - whether the server listens on loopback only.
   * @throws RefusedError if it is not to be read.
   */
  admit(request: IncomingMessage, isLoopback: boolean): Admitted {
    this.checkHost(request, isLoopback);
    const signal = signalOf(targetOf(request).path);
    if (signal === undefined) throw new RefusedError('notFound', `expected ${[...PATHS.keys()].join(', ')}`);
    if (request.method !== 'POST') throw new RefusedError('methodNotAllowed', 'expected POST', { allow: 'POST' });
    if (isCrossSite(request.headers)) throw new RefusedError('forbidden', 'expected no page of another site');
    this.#authorise(request);
    const protocol = protocolOf(request);
    if (protocol === undefined) {
      throw new RefusedError(
        'unsupportedMediaType',
        'expected the Content-Type application/x-protobuf or application/json',
      );
    }
    const { 'content-length': length, 'transfer-encoding': transfer } = request.headers;
    if (length === undefined && transfer === undefined) {
      throw new RefusedError('lengthRequired', 'expected a Content-Length, or the Transfer-Encoding chunked');
    }
    if (Number(length ?? 0) > this.#maxBodyBytes) throw tooLarge('body', this.#maxBodyBytes);
    return { signal, protocol, encoding: encodingOf(request) };
  }

  /** @throws RefusedError if `Host` is another one's. */
  checkHost(request: IncomingMessage, isLoopback: boolean): void {
    const problem = isLoopback ? this.#access.hostProblem(targetOf(request).host) : undefined;
    if (problem !== undefined) throw new RefusedError('forbidden', problem);
  }

  /** @throws RefusedError if the token is missing or wrong. */
  #authorise(request: IncomingMessage): void {
    if (!this.#access.needsToken || this.#access.isToken(bearerOf(request.headers))) return;
    throw new RefusedError('unauthorized', 'expected Authorization: Bearer with the right token', {
      'www-authenticate': 'Bearer',
    });
  }
}

/** Whether a path is one of OTLP's. */
export function isOtlpPath(path: string): boolean {
  return path.startsWith('/v1/') || signalOf(path) !== undefined;
}

/** What a path is for; senders whose base URL ends with a slash send one too many. */
function signalOf(path: string): OtlpSignal | undefined {
  const names = path.split('/').filter((name) => name !== '');
  return PATHS.get(`/${names.join('/')}`);
}

/** The encoding of a request, which that of the answer follows. */
export function protocolOf(request: IncomingMessage): OtlpProtocol | undefined {
  return PROTOCOLS.get(request.headers['content-type']?.split(';')[0]?.trim().toLowerCase() ?? '');
}

function encodingOf(request: IncomingMessage): Encoding {
  const name = request.headers['content-encoding']?.trim().toLowerCase() ?? '';
  const encoding = ENCODINGS.get(name);
  if (encoding !== undefined) return encoding;
  const message = `expected the Content-Encoding gzip, deflate or none, got ${name.slice(0, 40)}`;
  throw new RefusedError('unsupportedMediaType', message, { 'accept-encoding': 'gzip, deflate' });
}
