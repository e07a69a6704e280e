import { setImmediate } from 'node:timers/promises';
import { TelemetryError, toError } from '../../model/errors.js';
import type { TelemetryItem } from '../../model/item.js';
import { ApiProblem } from './api-error.js';
import type { ApiContext } from './context.js';
import type { ItemFilter } from './item-filter.js';

/** How long items are looked at before others have their turn, in milliseconds. */
export const SLICE_MILLIS = 10;
/** Items between two looks at the clock, if none of them can take long. */
const LOOK_ITEMS = 200;

/** Lets others have their turn. */
export function breathe(): Promise<void> {
  return setImmediate();
}

/** Work in slices between which others have their turn. */
export class Slices {
  #until = performance.now() + SLICE_MILLIS;

  get isOver(): boolean {
    return performance.now() > this.#until;
  }

  /** Lets others have their turn if the slice is over. */
  async next(): Promise<void> {
    if (!this.isOver) return;
    await breathe();
    this.#until = performance.now() + SLICE_MILLIS;
  }
}

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
  const slices = new Slices();
  // an expression may take its time over any item
  const look = rest === undefined ? LOOK_ITEMS : 1;
  for await (const item of host.storage.scan({ ...query, order })) {
    // a part is not to be taken for the whole
    if (signal.aborted) throw new ApiProblem(503, 'the request was ended');
    if (read >= maxItems) return { read, cut: true };
    read += 1;
    if (rest === undefined || rest(item)) visit(item);
    if (read % look === 0 && slices.isOver) await slices.next();
  }
  return { read, cut: false };
}
