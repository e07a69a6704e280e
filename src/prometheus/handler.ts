import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import type { TelemetryCollector } from '../collector/collector.js';
import { INTERNALS } from '../collector/internals.js';
import { show, TelemetryError, toError } from '../model/errors.js';
import { checkOptions } from '../model/options.js';
import { type Bridged, bridgeOf } from '../otel/bridge.js';
import { builtIn } from '../runtime/built-in.js';
import type { HttpRequest, HttpResponse } from '../runtime/http-types.js';
import { bearerOf, isCrossSite, RequestAccess } from '../runtime/request-access.js';
import { Exposition } from './exposition.js';
import { PROMETHEUS_RULES, type PrometheusOptions } from './options.js';
import { CONTENT_TYPES, type Format } from './write-text.js';

const WHO = 'createPrometheusHandler';

/** Answers scrapes; `close` ends it. */
export interface PrometheusHandler {
  /** Takes an `IncomingMessage` and a `ServerResponse` of `node:http`. */
  (request: HttpRequest, response: HttpResponse): void;
  /** Forgets all values; scrapes are answered 503 from then on. The collector's end does the same. */
  close(): void;
}

/** A request that is not answered with metrics. */
interface Refusal {
  readonly status: number;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** See `createPrometheusHandler`. */
export function makePrometheusHandler(collector: Bridged, options: PrometheusOptions): PrometheusHandler {
  if (!isCollector(collector))
    throw new TelemetryError('RIMP_INVALID_ARGUMENT', `${WHO}: expected a TelemetryCollector, got ${show(collector)}`);
  checkOptions(WHO, options, PROMETHEUS_RULES);
  const access = new RequestAccess({
    token: options.token,
    allowedHosts: options.allowedHosts ?? [],
    isOfServe: false,
  });
  let exposition: Exposition | undefined = new Exposition(collector, options);
  const close = (): void => {
    exposition?.close();
    exposition = undefined;
  };
  bridgeOf(collector, WHO).onEnd(close);

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const refusal =
      refusalOf(request, access) ??
      (exposition === undefined ? { status: 503, message: 'the collector is shut down' } : undefined);
    if (refusal !== undefined || exposition === undefined) return refuse(response, refusal as Refusal);
    const format = formatOf(request.headers.accept);
    const body = Buffer.from(exposition.text(format));
    const isZipped = /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?(?:,|$))/i.test(String(request.headers['accept-encoding'] ?? ''));
    const bytes = isZipped ? await promisify(builtIn.zlib.gzip)(body) : body;
    response.writeHead(200, {
      'content-type': CONTENT_TYPES[format],
      'content-length': bytes.length,
      'cache-control': 'no-store',
      vary: 'accept, accept-encoding',
      'x-content-type-options': 'nosniff',
      ...(isZipped && { 'content-encoding': 'gzip' }),
    });
    response.end(request.method === 'HEAD' ? undefined : bytes);
  };

  const handler = (of: HttpRequest, to: HttpResponse): void => {
    const { request, response } = { request: of as IncomingMessage, response: to as ServerResponse };
    response.on('error', () => undefined);
    answer(request, response).catch((error: unknown) => {
      collector[INTERNALS].report('prometheus', 'answering a scrape failed', error);
      if (response.headersSent) response.destroy();
      else refuse(response, { status: 500, message: toError(error).message });
    });
  };
  return Object.assign(handler, { close });
}

function isCollector(value: Bridged): value is TelemetryCollector {
  return (value as Partial<TelemetryCollector> | null | undefined)?.[INTERNALS] !== undefined;
}

function refusalOf(request: IncomingMessage, access: RequestAccess): Refusal | undefined {
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return { status: 405, message: 'expected GET', headers: { allow: 'GET, HEAD' } };
  const problem = access.senderProblem(request, request.socket.localAddress ?? '');
  if (problem !== undefined) return { status: 403, message: problem };
  if (isCrossSite(request.headers)) return { status: 403, message: 'expected no request of another site' };
  if (access.isToken(bearerOf(request.headers))) return undefined;
  return {
    status: 401,
    message: 'expected Authorization: Bearer with the right token',
    headers: { 'www-authenticate': 'Bearer' },
  };
}

function refuse(response: ServerResponse, { status, message, headers }: Refusal): void {
  response.writeHead(status, { ...headers, 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' });
  response.end(`${message}\n`);
}

/** OpenMetrics for who asks for it, as Prometheus does; the older format for people. */
function formatOf(accept = ''): Format {
  return accept.split(',').some((part) => /^\s*application\/openmetrics-text\b(?!.*\bq=0(?:\.0*)?\s*$)/i.test(part))
    ? 'openmetrics'
    : 'text';
}
