import { gzipSync } from 'node:zlib';

/** An answer of an OTLP receiver. */
export interface OtlpAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly bytes: Uint8Array;
}

/** Posts a body to a receiver. */
export async function post(
  url: string,
  body: Uint8Array | string | object,
  headers: Readonly<Record<string, string>> = {},
): Promise<OtlpAnswer> {
  const isBinary = body instanceof Uint8Array;
  const raw = isBinary ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  const type = isBinary ? 'application/x-protobuf' : 'application/json';
  const sent = headers['content-encoding'] === 'gzip' ? gzipSync(raw) : raw;
  const response = await fetch(url, { method: 'POST', body: sent, headers: { 'content-type': type, ...headers } });
  const bytes = new Uint8Array(await response.arrayBuffer());
  return { status: response.status, headers: response.headers, bytes, text: Buffer.from(bytes).toString('utf8') };
}

/** A request of log records in JSON. */
export function logsRequest(...logRecords: object[]): object {
  return { resourceLogs: [{ scopeLogs: [{ scope: { name: 'shop' }, logRecords }] }] };
}
