// The live view of the service, and what goes on until somebody has seen enough.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createLiveView, type TelemetryCollector } from 'rimp-telemetry';

const ROUND_REQUESTS = 3;
const ROUND_MILLIS = 1_000;

/** A page that shows what a collector takes in. */
export interface OpenView {
  readonly url: string;
  close(): void;
}

/** Serves the live view on this machine, on any port that is free. */
export async function openView(collector: TelemetryCollector): Promise<OpenView> {
  const view = createLiveView(collector);
  const server = createServer(view);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close() {
      view.close();
      server.close();
      server.closeAllConnections();
    },
  };
}

/** Makes some requests each second until Ctrl-C. */
export async function loadUntilInterrupted(load: (requests: number) => Promise<unknown>): Promise<void> {
  const interrupted = new AbortController();
  const interrupt = (): void => interrupted.abort();
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  while (!interrupted.signal.aborted) {
    await load(ROUND_REQUESTS);
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ROUND_MILLIS);
      interrupted.signal.addEventListener('abort', () => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}
