import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TelemetryError } from '../../model/errors.js';
import type { TelemetryItem } from '../../model/item.js';
import { systemClock } from '../../runtime/system-clock.js';
import type { ViewHost } from '../../view/host.js';
import { viewOf } from '../../view/live-view.js';
import { err } from '../output/output.js';
import { openSources } from '../source/open-source.js';
import type { ItemSource } from '../source/source.js';
import { StorageItems } from '../source/storage-source.js';
import { untilSignal } from '../until-signal.js';
import { tokenOf, UsageError } from '../values.js';
import { printAddress } from './print-address.js';
import type { ServeValues } from './serve.js';
import { SourceStorage } from './source-storage.js';

/** What only makes sense if something is received. */
const OF_RECEIVERS = [
  'storage',
  'backend',
  'rotateBytes',
  'keepFiles',
  'keepDays',
  'keepBytes',
  'demo',
  'print',
  'maxBodyBytes',
] as const;

/** Shows what a source holds, and what comes into it, until a signal; resolves to the exit status. */
export async function showSource(values: ServeValues, name: string): Promise<number> {
  const other = OF_RECEIVERS.find((option) => values[option] !== undefined);
  if (other !== undefined) {
    const flag = `--${other.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    throw new UsageError(`expected SOURCE or ${flag}, got both: a SOURCE is only shown`);
  }
  if (name === '-') throw new UsageError('expected SOURCE to be a file or a database, got -, which can be read once');
  const { signal } = untilSignal();
  const source = await openSources([name]);
  const storage = source instanceof StorageItems ? source.storage : new SourceStorage(source);
  // a database that is none of ours, a server that is not there: better now than in the browser
  await storage.retrieve({ limit: 1, order: 'desc' });
  const token = tokenOf(values.tokenFile);
  const view = viewOf(hostOf(source, storage, signal), { token, allowedHosts: values.allowHost });
  const server = createServer(view);
  const url = await listening(server, values.port ?? 4318, values.host ?? '127.0.0.1');
  err.line(`rimp serve: showing ${source.name}, and receiving nothing`);
  printAddress(url, token);
  if (!signal.aborted) await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
  view.close();
  await new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  });
  await source.close();
  return 0;
}

function hostOf(source: ItemSource, storage: ViewHost['storage'], signal: AbortSignal): ViewHost {
  const report = (_kind: string, what: string, error?: unknown): void =>
    err.message(`rimp serve: ${what}${error instanceof Error ? `: ${error.message}` : ''}`);
  return {
    clock: systemClock,
    storage,
    subscribe(take) {
      const ended = new AbortController();
      const both = AbortSignal.any([signal, ended.signal]);
      followInto(source, take, both).catch((error: unknown) => report('follow', 'what comes is not shown', error));
      return () => ended.abort();
    },
    report,
    onEnd: () => undefined,
  };
}

async function followInto(source: ItemSource, take: (item: TelemetryItem) => void, signal: AbortSignal): Promise<void> {
  const options = { last: 0, test: () => true, note: () => undefined, signal };
  for await (const items of source.follow({}, options)) for (const item of items) take(item);
}

function listening(server: Server, port: number, host: string): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      reject(new TelemetryError('RIMP_LISTEN', `can't listen on ${host}:${port}: ${error.message}`, { cause: error }));
    });
    server.listen(port, host, () => {
      const shown = host.includes(':') ? `[${host}]` : host;
      resolve(`http://${shown}:${(server.address() as AddressInfo).port}`);
    });
  });
}
