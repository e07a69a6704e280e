import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';

/** What a page of the view may do: run its own scripts and ask its own server, nothing else. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'none'";

const SAFE_HEADERS: OutgoingHttpHeaders = {
  'content-security-policy': POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
};

/** Sends a whole answer. */
export function send(
  response: ServerResponse,
  status: number,
  headers: OutgoingHttpHeaders,
  body: string | Uint8Array = '',
): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, { ...SAFE_HEADERS, ...headers, 'content-length': Buffer.byteLength(body) });
  response.end(response.req.method === 'HEAD' ? undefined : body);
}

/** Sends an answer of JSON that no cache keeps. */
export function sendJson(
  response: ServerResponse,
  value: unknown,
  status = 200,
  headers: OutgoingHttpHeaders = {},
): void {
  const all = { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers };
  send(response, status, all, JSON.stringify(value));
}

/** Begins an answer whose end is not known yet. */
export function begin(response: ServerResponse, headers: OutgoingHttpHeaders): void {
  response.writeHead(200, { ...SAFE_HEADERS, 'cache-control': 'no-store, no-transform', ...headers });
  response.flushHeaders();
}
