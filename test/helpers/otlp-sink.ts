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

/** An HTTP server on loopback that takes what OTLP exporters send; with `undefined` as the status it never answers. */
export async function otlpSink(status: () => number | undefined = () => 200) {
  const requests: OtlpRequest[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const raw = Buffer.concat(chunks);
      const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw;
      const code = status();
      if (code === undefined) return;
      if (code === 200) requests.push({ path: request.url ?? '', headers: request.headers, body });
      response.writeHead(code, { 'content-type': request.headers['content-type'] ?? 'text/plain' });
      response.end(request.headers['content-type'] === 'application/json' ? '{}' : '');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
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
