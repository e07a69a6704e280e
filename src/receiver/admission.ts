import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import type { OtlpProtocol, OtlpSignal } from '../otlp/config/settings.js';
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
  readonly #tokenDigest: Buffer | undefined;
  readonly #hosts: ReadonlySet<string>;
  readonly #maxBodyBytes: number;

  constructor({ token, allowedHosts, maxBodyBytes }: AdmissionRules) {
    this.#tokenDigest = token === undefined ? undefined : digestOf(token);
    this.#hosts = new Set(allowedHosts.map((host) => host.toLowerCase()));
    this.#maxBodyBytes = maxBodyBytes;
  }

  /**
   * @param isLoopback - whether the server listens on loopback only.
   * @throws RefusedError if it is not to be read.
   */
  admit(request: IncomingMessage, isLoopback: boolean): Admitted {
    const { path, host } = targetOf(request);
    this.#checkHost(host, isLoopback);
    const signal = PATHS.get(path);
    if (signal === undefined) throw new RefusedError('notFound', `expected ${[...PATHS.keys()].join(', ')}`);
    if (request.method !== 'POST') throw new RefusedError('methodNotAllowed', 'expected POST', { allow: 'POST' });
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

  /**
   * The same of a request to read.
   *
   * @throws RefusedError if it is not to be answered.
   */
  admitReading(request: IncomingMessage, isLoopback: boolean): { readonly path: string; readonly search: string } {
    const { path, host, search } = targetOf(request);
    this.#checkHost(host, isLoopback);
    if (request.method !== 'GET') throw new RefusedError('methodNotAllowed', 'expected GET', { allow: 'GET' });
    this.#authorise(request);
    return { path, search };
  }

  #checkHost(host: string, isLoopback: boolean): void {
    if (!isLoopback || this.#isOwn(host)) return;
    const message = `expected a Host of this machine, got ${host.slice(0, 100)}; allow it by "allowedHosts"`;
    throw new RefusedError('forbidden', message);
  }

  /** @throws RefusedError if the token is missing or wrong. */
  #authorise(request: IncomingMessage): void {
    if (this.#tokenDigest === undefined) return;
    const given = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
    if (given !== undefined && timingSafeEqual(digestOf(given), this.#tokenDigest)) return;
    throw new RefusedError('unauthorized', 'expected Authorization: Bearer with the right token', {
      'www-authenticate': 'Bearer',
    });
  }

  /**
   * Whether a host can't be a name of another one's: a page of a browser could have its name resolved to 127.0.0.1
   * (DNS rebinding) and send to a receiver that others can't reach. An address is no name, and names without a dot are
   * in no public zone.
   */
  #isOwn(host: string): boolean {
    return !host.includes('.') || isIP(host) !== 0 || host.endsWith('.localhost') || this.#hosts.has(host);
  }
}

/** The encoding of a request, which that of the answer follows. */
export function protocolOf(request: IncomingMessage): OtlpProtocol | undefined {
  return PROTOCOLS.get(request.headers['content-type']?.split(';')[0]?.trim().toLowerCase() ?? '');
}

interface Target {
  readonly path: string;
  readonly host: string;
  readonly search: string;
}

/** The path, and the host without a port; a target in absolute form counts more than `Host` (RFC 9112, section 3.2.2). */
export function targetOf(request: IncomingMessage): Target {
  const [, authority = request.headers.host ?? '', origin = ''] =
    /^https?:\/\/([^/?#]*)([^?#]*)/i.exec(request.url ?? '') ?? [];
  const [before = '', search = ''] = (request.url ?? '').split(/\?(.*)/s);
  const host = authority.slice(authority.lastIndexOf('@') + 1).toLowerCase();
  const [, bare = host] = /^\[([^\]]*)\](?::\d*)?$/.exec(host) ?? /^([^:]*)(?::\d*)?$/.exec(host) ?? [];
  return { path: origin === '' ? before : origin, host: bare.replace(/\.$/, ''), search };
}

function encodingOf(request: IncomingMessage): Encoding {
  const name = request.headers['content-encoding']?.trim().toLowerCase() ?? '';
  const encoding = ENCODINGS.get(name);
  if (encoding !== undefined) return encoding;
  const message = `expected the Content-Encoding gzip, deflate or none, got ${name.slice(0, 40)}`;
  throw new RefusedError('unsupportedMediaType', message, { 'accept-encoding': 'gzip, deflate' });
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
