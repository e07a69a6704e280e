import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type LiveViewOptions, TelemetryCollector } from 'rimp-telemetry';
import { serveView } from './live-view.js';

/** A live view whose page is tested. {@link closeViews} of its helper ends it. */
export interface RunningView {
  /** The page's address, to which a hash is added. */
  readonly url: string;
  readonly collector: TelemetryCollector;
  /** How many event streams are open. */
  readonly streams: () => number;
  /** Whether an event stream is open that takes nothing more for now. */
  readonly isBlocked: () => boolean;
  /** How many requests there were whose path has a text in it. */
  readonly requests: (part: string) => number;
  /** Ends all connections, as a network does that breaks. */
  readonly breakConnections: () => void;
  /** Ends the server; {@link start} brings it back at the same port. */
  readonly stop: () => Promise<void>;
  readonly start: () => Promise<void>;
}

/** Starts a live view of a collector that keeps items in memory. */
export async function startView(options: LiveViewOptions = {}): Promise<RunningView> {
  const collector = new TelemetryCollector({ storageBackend: 'memory' });
  const { server, url } = await serveView({ endpoint: 'http://127.0.0.1:4318', ...options }, collector);
  const { port } = server.address() as AddressInfo;
  const streams = new Set<ServerResponse>();
  const paths: string[] = [];
  server.on('request', (request, response) => {
    paths.push(request.url ?? '');
    if (request.url?.includes('api/live') !== true) return;
    streams.add(response);
    response.on('close', () => streams.delete(response));
  });
  return {
    url: `${url}/`,
    collector,
    streams: () => streams.size,
    isBlocked: () => [...streams].some((response) => response.writableNeedDrain),
    requests: (part) => paths.filter((path) => path.includes(part)).length,
    breakConnections: () => server.closeAllConnections(),
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
    start: () => new Promise((resolve) => server.listen(port, '127.0.0.1', resolve)),
  };
}
