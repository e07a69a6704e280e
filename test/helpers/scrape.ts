import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { PrometheusHandler } from 'rimp-telemetry';

/** A handler behind a server on loopback. */
export interface Scraped {
  readonly address: string;
  /** The body of an answer, which has to be 200. */
  text(headers?: Readonly<Record<string, string>>): Promise<string>;
  close(): Promise<void>;
}

/** Asks for OpenMetrics, as Prometheus does. */
export const OPEN_METRICS = { accept: 'application/openmetrics-text;version=1.0.0,text/plain;q=0.5' };

/** Serves a handler on a free port. */
export async function serveHandler(handler: PrometheusHandler): Promise<Scraped> {
  const server: Server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    address,
    async text(headers = {}) {
      const response = await fetch(`http://${address}/metrics`, { headers });
      if (response.status !== 200) throw new Error(`${response.status}: ${await response.text()}`);
      return response.text();
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
