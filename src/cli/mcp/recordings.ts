import { existsSync } from 'node:fs';
import { showUrl } from '../../model/show-url.js';
import { openSources } from '../source/open-source.js';
import type { ItemSource } from '../source/source.js';
import { UsageError } from '../values.js';

/** Where a `rimp serve` is looked for if neither SOURCE nor OTEL_EXPORTER_OTLP_ENDPOINT says so. */
const SERVER = 'http://127.0.0.1:4318';
/** Then these, in the working directory. */
const FILES = ['telemetry.db', 'telemetry.jsonl'] as const;
const PROBE_MILLIS = 1_000;

/** What may be read: the SOURCE… of the command line, and nothing that a caller names otherwise. */
export class Recordings {
  readonly #sources: ReadonlyMap<string, string>;

  /** @param sources - as on the command line; none stands for what is found at each call. */
  constructor(sources: readonly string[]) {
    this.#sources = new Map(sources.map((source) => [source.includes('://') ? showUrl(source) : source, source]));
  }

  /** How callers name them: as they were given, without passwords. */
  get names(): readonly string[] {
    return [...this.#sources.keys()];
  }

  /**
   * Opens one, or all of them merged by time. What is there now is looked for at each call: a file may come later.
   *
   * @throws UsageError if there is no such thing.
   */
  async open(name?: string): Promise<ItemSource> {
    if (name === undefined) {
      const sources = [...this.#sources.values()];
      return openSources(sources.length > 0 ? sources : [await nearestSource()]);
    }
    const source = this.#sources.get(name);
    if (source === undefined) throw new UsageError(`expected one of ${this.names.join(', ')}, got "${name}"`);
    return openSources([source]);
  }
}

/** A running `rimp serve`, else a file that is usual. */
async function nearestSource(): Promise<string> {
  const server = serverAddress(process.env.OTEL_EXPORTER_OTLP_ENDPOINT);
  if (await isServer(server)) return server;
  const file = FILES.find((path) => existsSync(path));
  if (file !== undefined) return file;
  throw new UsageError(
    `no telemetry was found: no rimp serve answers at ${server}, and ${process.cwd()} has neither ${FILES.join(' nor ')}; start "rimp serve", or name a SOURCE: rimp mcp SOURCE`,
  );
}

/** Where the application sends to, if that is on this machine: the token of another's server is nobody's business. */
function serverAddress(endpoint = ''): string {
  if (!URL.canParse(endpoint)) return SERVER;
  const { hostname, origin, protocol } = new URL(endpoint);
  return protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(hostname) ? origin : SERVER;
}

async function isServer(url: string): Promise<boolean> {
  try {
    const response = await fetch(new URL('/api/items?limit=1', url), { signal: AbortSignal.timeout(PROBE_MILLIS) });
    await response.body?.cancel();
    // one that wants a token is one
    return response.status === 200 || response.status === 401;
  } catch {
    return false;
  }
}
