import type { StoreFailure } from '../model/errors.js';
import type { Losses } from './batch.js';

/** Whether a sink says that trying again is of no use. */
export function isPermanent(error: unknown): error is StoreFailure {
  try {
    return (error as StoreFailure | undefined)?.permanent === true;
  } catch {
    return false;
  }
}

/** Whatever a storage says that it lost: never more than there was, and all of it where it says nothing that is usable. */
export function lossesOf(error: StoreFailure, size: number): Losses {
  const losses: Record<string, number> = {};
  try {
    const { dropped } = error;
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
