import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { TelemetryError, toError } from '../model/errors.js';
import { isCrossSite, RequestAccess, targetOf } from '../runtime/request-access.js';
import { VERSION } from '../runtime/version.js';
import { ApiProblem } from './api/api-error.js';
import type { ApiContext } from './api/context.js';
import { ENDPOINTS } from './api/endpoints.js';
import { Slots } from './api/slots.js';
import type { Hello } from './api-types.js';
import type { ViewHost } from './host.js';
import { placeOf } from './http/mount.js';
import { sendPageFile } from './http/page.js';
import { send, sendJson } from './http/send.js';
import { SignIn } from './http/sign-in.js';
import { LiveFeed } from './live/live-feed.js';
import type { LiveViewOptions } from './options.js';

const MAX_RECENT_ITEMS = 20_000;
const MAX_RECENT_BYTES = 32 * 1024 * 1024;

/** Requests of a kind that are answered at a time. */
const MAX_SCANS = 2;
const MAX_WAITING_SCANS = 50;
const MAX_EXPORTS = 4;
const MAX_READERS = 200;

const CLOSED = 'the live view is closed';

/** Endpoints whose answers have no length that could be said before. */
const ENDLESS: ReadonlySet<string> = new Set(['live', 'export']);

/** Answers the requests of a live view. */
export class View {
  readonly #host: ViewHost;
  readonly #options: LiveViewOptions;
  readonly #access: RequestAccess;
  readonly #signIn: SignIn | undefined;
  readonly #context: ApiContext;
  /** Answers that the API is at, and what ends the work on each. */
  readonly #answering = new Map<ServerResponse, AbortController>();
  #isClosed = false;

  constructor(host: ViewHost, options: LiveViewOptions) {
    const { token, allowedHosts = [], endpoint, maxRecentItems, maxRecentBytes } = options;
    this.#host = host;
    this.#options = options;
    this.#access = new RequestAccess({ token, allowedHosts });
    this.#signIn = token === undefined ? undefined : new SignIn(this.#access, token);
    const feed = new LiveFeed(host, {
      maxItems: maxRecentItems ?? MAX_RECENT_ITEMS,
      maxBytes: maxRecentBytes ?? MAX_RECENT_BYTES,
    });
    const { location } = host.storage;
    const hello: Omit<Hello, 'recent'> = {
      instance: randomBytes(6).toString('hex'),
      version: VERSION,
      storedIn: location ?? 'memory',
      hasHistory: true,
      ...(endpoint !== undefined && { endpoint }),
    };
    this.#context = { host, feed, hello, ...slots() };
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#context.feed.close();
    for (const [response, ends] of this.#answering) {
      // what waits for a storage is answered at once: there may be no time later
      if (!response.headersSent) sendProblem(response, new ApiProblem(503, CLOSED));
      ends.abort();
    }
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      await this.#answer(request, response);
    } catch (error) {
      const problem = problemOf(error);
      if (problem.status === 500) this.#host.report('live_view', 'answering a request failed', error);
      // what the end of the view has answered is whole
      if (response.writableEnded) return;
      if (response.headersSent) response.destroy();
      else sendProblem(response, problem);
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { search } = targetOf(request);
    this.#checkSender(request);
    if (this.#isClosed) throw new ApiProblem(503, CLOSED);
    const place = placeOf(request, this.#options.path);
    if (place === undefined)
      throw new ApiProblem(
        404,
        `expected a path below ${this.#options.path ?? '/'}: "path" says where the view is mounted`,
      );
    const { name, redirect } = place;
    if (redirect !== undefined) {
      send(response, 308, { location: redirect + (search === '' ? '' : `?${search}`), 'cache-control': 'no-store' });
      return;
    }
    if (name === 'session' && request.method === 'POST' && this.#signIn !== undefined) {
      this.#checkSite(request);
      this.#signIn.begin(request, response);
      return;
    }
    if (request.method !== 'GET' && request.method !== 'HEAD')
      throw new ApiProblem(405, 'expected GET', { allow: 'GET, HEAD' });
    if (name.startsWith('api/')) await this.#answerApi(request, response, name.slice(4), search);
    else await this.#answerFile(request, response, name === '' ? 'index.html' : name, search);
  }

  async #answerApi(request: IncomingMessage, response: ServerResponse, name: string, search: string): Promise<void> {
    const endpoint = ENDPOINTS.get(name);
    if (endpoint === undefined)
      throw new ApiProblem(
        404,
        `expected api/ with one of ${[...ENDPOINTS.keys()].join(', ')}, got ${name.slice(0, 100)}`,
      );
    this.#checkSite(request);
    if (this.#signIn?.isSignedIn(request) === false)
      throw new ApiProblem(401, 'expected Authorization: Bearer with the right token', {
        'www-authenticate': 'Bearer',
      });
    if (request.method === 'HEAD' && ENDLESS.has(name)) throw new ApiProblem(405, 'expected GET', { allow: 'GET' });
    // what waited in the application's own handlers may have lost its client
    if (response.destroyed) return;
    const ends = new AbortController();
    this.#answering.set(response, ends);
    response.on('close', () => {
      this.#answering.delete(response);
      ends.abort();
    });
    await endpoint(this.#context, { request, response, search, signal: ends.signal });
  }

  /** The page's files say nothing: what needs the token is the API, and the page is shown to whoever can use it. */
  async #answerFile(request: IncomingMessage, response: ServerResponse, name: string, search: string): Promise<void> {
    if (this.#signIn !== undefined) {
      if (this.#signIn.sendFile(response, name)) return;
      if (name === 'index.html') {
        const token = new URLSearchParams(search).get('token');
        if (token !== null) return this.#signIn.exchange(request, response, token);
        if (!this.#signIn.isSignedIn(request)) return this.#signIn.ask(response);
      }
    }
    if (!(await sendPageFile(request, response, name)))
      throw new ApiProblem(404, `expected the live view's page or its api/, got ${name.slice(0, 100)}`);
  }

  /** @throws ApiProblem 403 if the sender may not ask at all. */
  #checkSender(request: IncomingMessage): void {
    // a socket without an address is one of a file, which is this machine's
    const problem = this.#access.senderProblem(request, request.socket.remoteAddress ?? '127.0.0.1');
    if (problem !== undefined) throw new ApiProblem(403, problem);
  }

  #checkSite({ headers }: IncomingMessage): void {
    if (isCrossSite(headers)) throw new ApiProblem(403, 'expected the page of this live view, not one of another site');
  }
}

function slots(): Pick<ApiContext, 'scans' | 'exports' | 'readers'> {
  const busy = (what: string, seconds: number): ApiProblem =>
    new ApiProblem(503, `${what} at a time`, { 'retry-after': String(seconds) });
  return {
    scans: new Slots(MAX_SCANS, MAX_WAITING_SCANS, busy('too many requests read', 1)),
    exports: new Slots(MAX_EXPORTS, 0, busy('too many downloads', 5)),
    readers: new Slots(MAX_READERS, 0, busy(`expected at most ${MAX_READERS} event streams`, 5)),
  };
}

function sendProblem(response: ServerResponse, { status, body, headers }: ApiProblem): void {
  sendJson(response, body, status, headers);
}

function problemOf(error: unknown): ApiProblem {
  if (error instanceof ApiProblem) return error;
  const { message } = toError(error);
  const isArgument = error instanceof TelemetryError && error.code === 'RIMP_INVALID_ARGUMENT';
  return new ApiProblem(isArgument ? 400 : 500, message);
}
