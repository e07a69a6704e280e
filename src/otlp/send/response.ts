import type { IncomingMessage } from 'node:http';

/** What became of one request (OTLP specification, "OTLP/HTTP Response"). */
export type SendOutcome =
  /** Taken; the body of the response says what of it was not. */
  | { readonly kind: 'sent'; readonly body: Uint8Array }
  /** May be sent again, not before `afterMillis` are over if the server asks for it. */
  | { readonly kind: 'retry'; readonly reason: string; readonly afterMillis: number | undefined }
  /** Must not be sent again, not even in parts if `isFinal`; `status` 413: it was too large. */
  | { readonly kind: 'refused'; readonly status: number; readonly reason: string; readonly isFinal: boolean };

/** Bytes of a response that are read; a longer one is an error that is not retried (OTLP specification, "OTLP/HTTP Response"). */
export const MAX_RESPONSE_BYTES = 4 * 1024 * 1024;

/** Statuses after which a request may be sent again (OTLP specification, "Retryable Response Codes"). */
const RETRYABLE: ReadonlySet<number> = new Set([429, 502, 503, 504]);
const MAX_REASON_CHARACTERS = 300;
const NOTHING = Buffer.alloc(0);

/** Whether a request may be sent again after a status. */
export function isRetryable(status: number): boolean {
  return RETRYABLE.has(status);
}

/** How the body of a response ended; a part that was lost changes nothing of what the status says. */
export type ResponseEnd = 'whole' | 'lost' | 'too_long';

/** What a response says; `server` names its sender in messages. */
export async function outcomeOf(
  server: string,
  response: IncomingMessage,
  body: Buffer,
  end: ResponseEnd,
): Promise<SendOutcome> {
  const status = response.statusCode ?? 0;
  if (end === 'too_long') {
    const reason = `${server} answered ${status} with more than ${MAX_RESPONSE_BYTES} bytes`;
    return { kind: 'refused', status, reason, isFinal: true };
  }
  if (status >= 200 && status < 300) return { kind: 'sent', body: end === 'whole' ? body : NOTHING };
  const words = await wordsOf(body, response.headers['content-type'] ?? '');
  const reason = `${server} answered ${status} ${response.statusMessage ?? ''}${words}`;
  if (!isRetryable(status)) return { kind: 'refused', status, reason, isFinal: false };
  return { kind: 'retry', reason, afterMillis: retryAfter(response.headers['retry-after'], Date.now()) };
}

/** Milliseconds of a `Retry-After` header: seconds or a date (RFC 9110, section 10.2.3). */
function retryAfter(header: string | undefined, nowMillis: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d+$/.test(header.trim())) return Number(header) * 1000;
  // V8 reads a bare number as a year
  const date = /[a-z]/i.test(header) ? Date.parse(header) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMillis);
}

async function protobufMessageOf(body: Buffer): Promise<string> {
  // loaded late: few requests are ever refused
  const { messageOf } = await import('./status-message.js');
  return messageOf(body);
}

function jsonMessageOf(body: Buffer): string {
  const { message } = JSON.parse(body.toString('utf8')) as { message?: unknown };
  if (typeof message !== 'string') throw new Error('no message');
  return message;
}

/** The server's own words, whatever encoding they came in: a Status in protobuf or JSON, or plain text. */
async function wordsOf(body: Buffer, contentType: string): Promise<string> {
  let text = body.toString('utf8', 0, 4 * MAX_REASON_CHARACTERS);
  try {
    text = contentType.includes('protobuf') ? await protobufMessageOf(body) : jsonMessageOf(body);
  } catch {
    // neither of them: as it is
  }
  const words = text
    .replace(/[^\p{L}\p{N}\p{P}\p{S}\p{Z}]+/gu, ' ')
    .trim()
    .slice(0, MAX_REASON_CHARACTERS);
  return words === '' ? '' : `: ${words}`;
}
