import { TelemetryError, toError } from '../../model/errors.js';
import type { TelemetryItem } from '../../model/item.js';
import { ApiProblem } from './api-error.js';
import type { ApiContext } from './context.js';
import type { ItemFilter } from './item-filter.js';
import { breathe, isSliceOver } from './slices.js';

/** Items between two looks at the clock, if none of them can take long. */
const LOOK_ITEMS = 200;

/** Throws what a storage failed with as a problem of the request or of the storage. */
export function readFailure(error: unknown): never {
  if (error instanceof ApiProblem) throw error;
  if (error instanceof TelemetryError && error.code === 'RIMP_INVALID_ARGUMENT')
    throw new ApiProblem(400, error.message);
  throw new ApiProblem(503, `the storage can't be read: ${toError(error).message}`, { 'retry-after': '5' });
}

/** How a scan ended. */
export interface ScanResult {
  /** Items that were read. */
  readonly read: number;
  /** Whether there are more than were to be read. */
  readonly cut: boolean;
}

/** What a scan reads. */
export interface ScanOptions {
  readonly context: ApiContext;
  readonly filter: ItemFilter;
  readonly order: 'asc' | 'desc';
  /** Items that are read, at most. */
  readonly maxItems: number;
  readonly signal: AbortSignal;
}

/**
 * Calls `visit` with the items that a filter asks for, in slices between which others have their turn, until the client
 * goes away.
 *
 * @throws ApiProblem 503 if the storage can't be read, or too many requests wait for one another.
 */
export async function scan(options: ScanOptions, visit: (item: TelemetryItem) => void): Promise<ScanResult> {
  const release = await options.context.scans.take(options.signal);
  try {
    return await scanNow(options, visit);
  } catch (error) {
    return readFailure(error);
  } finally {
    release();
  }
}

async function scanNow(
  { context: { host }, filter: { query, rest }, order, maxItems, signal }: ScanOptions,
  visit: (item: TelemetryItem) => void,
): Promise<ScanResult> {
  await host.flush?.();
  let read = 0;
  // an expression may take its time over any item
  const look = rest === undefined ? LOOK_ITEMS : 1;
  for await (const item of host.storage.scan({ ...query, order })) {
    // a part is not to be taken for the whole
    if (signal.aborted) throw new ApiProblem(503, 'the request was ended');
    if (read >= maxItems) return { read, cut: true };
    if (read % look === 0 && isSliceOver()) await breathe();
    read += 1;
    if (rest === undefined || rest(item)) visit(item);
  }
  return { read, cut: false };
}
