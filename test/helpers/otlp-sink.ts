import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';

/** One request that an OTLP exporter sent. */
export interface OtlpRequest {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

const closers: (() => Promise<void>)[] = [];

/** Closes all servers of {@link otlpSink}, also after a test that failed. */
export async function closeSinks(): Promise<void> {
  await Promise.all(closers.splice(0).map((close) => close()));
}

/** What an {@link answering} server says to a request. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** An HTTP server on loopback that answers each request as asked to, and keeps those it answers with 200. */
export async function answering(answer: (request: OtlpRequest) => Answer | undefined, port = 0) {
  const requests: OtlpRequest[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const raw = Buffer.concat(chunks);
      const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw;
      const received = { path: request.url ?? '', headers: request.headers, body };
      const given = answer(received);
      if (given === undefined) return;
      if (given.status === 200) requests.push(received);
      const type = request.headers['content-type'] ?? 'text/plain';
      response.writeHead(given.status, { 'content-type': type, ...given.headers });
      response.end(given.body ?? (type === 'application/json' ? '{}' : ''));
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  closers.push(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

/** An HTTP server on loopback that takes what OTLP exporters send; with `undefined` as the status it never answers. */
export function otlpSink(status: () => number | undefined = () => 200) {
  return answering(() => {
    const code = status();
    return code === undefined ? undefined : { status: code };
  });
}

interface JsonLogs {
  resourceLogs: {
    resource: { attributes: { key: string; value: unknown }[] };
    scopeLogs: { scope: { name: string }; logRecords: Record<string, unknown>[] }[];
  }[];
}

/** The log records of requests in JSON. */
export function jsonRecords(requests: readonly OtlpRequest[]): { scope: string; record: Record<string, unknown> }[] {
  return requests
    .filter(({ path }) => path === '/v1/logs')
    .flatMap(({ body }) => (JSON.parse(body.toString()) as JsonLogs).resourceLogs)
    .flatMap(({ scopeLogs }) => scopeLogs)
    .flatMap(({ scope, logRecords }) => logRecords.map((record) => ({ scope: scope.name, record })));
}
