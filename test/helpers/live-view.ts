import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createLiveView, type LiveView, type LiveViewOptions, TelemetryCollector } from 'rimp-telemetry';
import { StreamReader } from './event-stream.js';

/** A collector whose live view is served on a port of its own. */
export interface ServedView {
  readonly collector: TelemetryCollector;
  readonly view: LiveView;
  readonly server: Server;
  readonly url: string;
  readonly reader: (search?: string) => StreamReader;
}

const open: (() => Promise<unknown>)[] = [];

/** Serves the live view of a collector. */
export async function serveView(
  options: LiveViewOptions = {},
  collector = new TelemetryCollector(),
): Promise<ServedView> {
  const view = createLiveView(collector, options);
  const server = createServer(view);
  const url = await listening(server);
  open.push(() => collector.shutdown());
  return { collector, view, server, url, reader: (search = '') => new StreamReader(`${url}/api/live${search}`) };
}

/** Has a server listen on a free port until the test is over. */
export async function listening(server: Server, host = '127.0.0.1'): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  open.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Ends all servers and collectors of a test. */
export async function closeViews(): Promise<void> {
  for (const close of open.splice(0).reverse()) await close();
}
