import type { StoreFailure } from '../model/errors.js';
import type { Losses } from './batch.js';

/**
 * What a sink's error means: an `'item'` in the portion can never be stored, the `'storage'` as it is set up takes
 * nothing whatever it is given, or the error may pass (`'transient'`).
 */
export type FailureKind = 'item' | 'storage' | 'transient';

/** What a sink's error means, whatever was thrown. */
export function kindOf(error: unknown): FailureKind {
  try {
    const failure = error as Partial<StoreFailure> | undefined;
    if (failure?.concerns === 'storage') return 'storage';
    return failure?.permanent === true ? 'item' : 'transient';
  } catch {
    return 'transient';
  }
}

/** What to do with items that a sink failed with. */
export type Verdict =
  | { readonly next: 'halve' | 'retry' }
  | { readonly next: 'lose'; readonly losses: Losses; readonly isRefusal: boolean };

/** What to do with so many items, given the error of the sink that was handed them. */
export function verdictOn(error: unknown, size: number): Verdict {
  const kind = kindOf(error);
  const { permanent, dropped } = fieldsOf(error);
  if (kind === 'item') {
    if (dropped !== undefined) return { next: 'lose', losses: lossesOf(dropped, size), isRefusal: true };
    return size > 1 ? { next: 'halve' } : { next: 'lose', losses: { refused: size }, isRefusal: true };
  }
  return permanent === true ? { next: 'lose', losses: { store_failed: size }, isRefusal: false } : { next: 'retry' };
}

/** How far a sink came with items before an error that may pass, and what of that it lost. */
export interface Progress {
  readonly done: number;
  readonly losses: Losses;
}

/** How far the sink came with so many items, by its error; `undefined` if it doesn't say. */
export function progressOf(error: unknown, size: number): Progress | undefined {
  const { done, dropped } = fieldsOf(error);
  if (!Number.isSafeInteger(done) || (done as number) <= 0) return undefined;
  const settled = Math.min(done as number, size);
  return { done: settled, losses: dropped === undefined ? {} : lossesOf(dropped, settled) };
}

/** Whatever was thrown, as far as it can be read. */
function fieldsOf(error: unknown): {
  readonly permanent?: unknown;
  readonly dropped?: unknown;
  readonly done?: unknown;
} {
  try {
    const { permanent, dropped, done } = (error ?? {}) as Partial<StoreFailure>;
    return { permanent, dropped, done };
  } catch {
    return {};
  }
}

/** Whatever a storage says that it lost: never more than there was, and all of it if it says nothing that is usable. */
function lossesOf(dropped: unknown, size: number): Losses {
  const losses: Record<string, number> = {};
  try {
    if (typeof dropped !== 'object' || dropped === null) return { store_failed: size };
    let left = size;
    for (const [reason, count] of Object.entries(dropped)) {
      const part = Math.max(0, Math.min(left, Math.trunc(Number(count)) || 0));
      if (part > 0) losses[reason] = part;
      left -= part;
    }
    return losses;
  } catch {
    return { store_failed: size };
  }
}
