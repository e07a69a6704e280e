import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

/** What proxies say beside `Forwarded` (RFC 7239). */
const FORWARDED_FOR = ['x-forwarded-for', 'x-real-ip', 'cf-connecting-ip', 'true-client-ip'] as const;

/** Who may send requests to a server of this library. */
export interface AccessRules {
  readonly token: string | undefined;
  /** Names that `Host` may have, beside those that can't be another one's. */
  readonly allowedHosts: readonly string[];
  /** Whether `rimp serve` has such a server, so that a refusal names its options too; default: yes. */
  readonly isOfServe?: boolean;
}

/** Where a request is sent to. */
export interface Target {
  readonly path: string;
  /** Without a port, in small letters. */
  readonly host: string;
  readonly search: string;
}

/** The checks that the servers of this library share: of a token, of `Host`, and of where a request comes from. */
export class RequestAccess {
  readonly #tokenDigest: Buffer | undefined;
  readonly #hosts: ReadonlySet<string>;
  readonly #isOfServe: boolean;

  constructor({ token, allowedHosts, isOfServe = true }: AccessRules) {
    this.#tokenDigest = token === undefined ? undefined : digestOf(token);
    this.#hosts = new Set(allowedHosts.map((host) => host.toLowerCase()));
    this.#isOfServe = isOfServe;
  }

  get needsToken(): boolean {
    return this.#tokenDigest !== undefined;
  }

  /**
   * What is wrong with the host of a request that came by loopback: a page of a browser could have its name resolved to
   * 127.0.0.1 (DNS rebinding), and reach a server that others can't. An address is no name, and names without a dot are in
   * no public zone.
   */
  hostProblem(host: string): string | undefined {
    if (!host.includes('.') || isIP(host) !== 0 || host.endsWith('.localhost') || this.#hosts.has(host))
      return undefined;
    return `expected a Host of this machine, got ${host.slice(0, 100)}; allow it by "allowedHosts"`;
  }

  /**
   * What is wrong with the sender of a request, whatever it asks for: this machine may ask by a name of its own, others
   * need a token.
   *
   * @param address - one end of the connection: both are loopback's, or neither is.
   */
  senderProblem(request: IncomingMessage, address: string): string | undefined {
    if (isLoopback(address)) return this.hostProblem(targetOf(request).host) ?? this.#proxyProblem(request);
    if (this.needsToken) return undefined;
    return `other machines need a token, and none is set up: set "token"${this.#flag('rimp serve --token-file')}`;
  }

  /** A proxy on this machine opens to others what is for this machine alone, unless somebody has thought of it. */
  #proxyProblem({ headers }: IncomingMessage): string | undefined {
    if (this.needsToken || this.#hosts.size > 0 || !isForwarded(headers)) return undefined;
    return `a proxy passes this request on from another machine: set "token"${this.#flag('rimp serve --token-file')}, or name the host in "allowedHosts"${this.#flag('--allow-host')} if the proxy itself asks who they are`;
  }

  #flag(name: string): string {
    return this.#isOfServe ? ` (${name})` : '';
  }

  /** Whether a text is the token; none is needed if there is none. */
  isToken(given: string | undefined): boolean {
    if (this.#tokenDigest === undefined) return true;
    return given !== undefined && timingSafeEqual(digestOf(given), this.#tokenDigest);
  }
}

/** The token of `Authorization: Bearer …`. */
export function bearerOf({ authorization }: IncomingHttpHeaders): string | undefined {
  return /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
}

/**
 * Whether a page of another origin caused the request. A browser says so in `Sec-Fetch-Site`, which goes through proxies
 * as it is; older ones say from where in `Origin`.
 */
export function isCrossSite({ origin, host, ...headers }: IncomingHttpHeaders): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  if (origin === undefined) return false;
  return !/^https?:\/\//i.test(origin) || origin.replace(/^https?:\/\//i, '').toLowerCase() !== host?.toLowerCase();
}

/** Whether a proxy says that a request came from another machine. */
function isForwarded(headers: IncomingHttpHeaders): boolean {
  const froms: string[] = FORWARDED_FOR.flatMap((name) => headers[name]?.toString().split(',') ?? []);
  for (const [, from = ''] of headers.forwarded?.matchAll(/\bfor="?\[?([^";,\]]+)/gi) ?? []) froms.push(from);
  return froms.map((from) => from.trim().toLowerCase()).some((from) => from !== '' && !isLoopback(from));
}

/** Whether an address is one that other machines can't reach. */
export function isLoopback(address: string): boolean {
  return address === '::1' || /^(?:::ffff:)?127\./.test(address);
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

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
