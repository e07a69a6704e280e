import { decodeMap } from '../codec/json-line-decode.js';
import { encodeEvent, encodeMetric } from '../codec/json-line-encode.js';
import type { AnyValueMap } from '../model/any-value.js';
import { TelemetryError, toError } from '../model/errors.js';
import { isEvent } from '../model/item.js';
import type { Tags } from '../model/metric.js';
import type { ItemKind, TelemetryQuery } from '../model/query.js';
import type { TelemetryStorage } from '../model/storage.js';
import { RefusedError, type Reply, unavailable } from './responses.js';

const KINDS: ReadonlyMap<string, readonly ItemKind[]> = new Map([
  ['/api/items', ['event', 'metric']],
  ['/api/events', ['event']],
  ['/api/metrics', ['metric']],
]);

/** Items of one answer, at most and if nothing is said. */
const PAGE_ITEMS = 1_000;
/** The header with the cursor behind the last item of an answer. */
const CURSOR = 'rimp-cursor';

/** Whether a path is one to read from. */
export function isReadPath(path: string): boolean {
  return KINDS.has(path);
}

/**
 * The answer to `GET /api/events?…`: lines of the file format, and where to go on in a header. The parameters have the
 * names of a {@link TelemetryQuery}'s fields.
 *
 * @throws RefusedError if a parameter is wrong, or the storage can't be read.
 */
export async function readReply(storage: TelemetryStorage, path: string, search: string): Promise<Reply> {
  try {
    const query = queryOf(new URLSearchParams(search));
    const { events, metrics, cursor } = await storage.retrieve({ ...query, kinds: KINDS.get(path) });
    const sign = query.order === 'desc' ? -1 : 1;
    const items = [...events, ...metrics];
    // each kind comes in the order of the query
    if (events.length > 0 && metrics.length > 0)
      items.sort((a, b) => sign * (a.timestamp.getTime() - b.timestamp.getTime()));
    const lines = items.map((item) => `${isEvent(item) ? encodeEvent(item) : encodeMetric(item)}\n`);
    return {
      status: 200,
      headers: {
        'content-type': 'application/x-ndjson',
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        ...(cursor !== undefined && { [CURSOR]: cursor }),
      },
      body: Buffer.from(lines.join('')),
    };
  } catch (error) {
    if (error instanceof RefusedError) throw error;
    if (error instanceof TelemetryError && error.code === 'RIMP_INVALID_ARGUMENT')
      throw new RefusedError('badRequest', error.message);
    throw unavailable(`the storage can't be read: ${toError(error).message}`);
  }
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Names and values that are wrong are the storage's to name. */
function queryOf(given: URLSearchParams): TelemetryQuery & { readonly limit: number } {
  const query: Mutable<TelemetryQuery> & { limit: number } = { limit: PAGE_ITEMS };
  for (const [name, value] of given) {
    if (name === 'startTime' || name === 'endTime') query[name] = new Date(value);
    else if (name === 'minSeverity') query[name] = Number(value);
    else if (name === 'limit') query[name] = Math.min(PAGE_ITEMS, Number(value));
    else if (name === 'eventTypes') query[name] = value.split(',') as TelemetryQuery['eventTypes'];
    else if (name === 'metadata') query[name] = mapOf(name, value) as AnyValueMap;
    else if (name === 'tags') query[name] = mapOf(name, value) as Tags;
    else if (name === 'kinds')
      throw new RefusedError('badRequest', 'expected /api/events or /api/metrics, got "kinds"');
    else Object.assign(query, { [name]: value });
  }
  return query;
}

function mapOf(name: string, json: string): object {
  try {
    if (json.trimStart().startsWith('{')) return decodeMap(json);
  } catch {
    // no JSON
  }
  throw new RefusedError('badRequest', `expected "${name}" to be an object of JSON, got ${json.slice(0, 100)}`);
}
