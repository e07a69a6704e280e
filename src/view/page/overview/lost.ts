import type { LedgerLine } from '../../api-types.js';

/** Items that were dropped, for whatever reason. */
export function lostOf({ dropped }: LedgerLine): number {
  return dropped.reduce((sum, { count }) => sum + count, 0);
}
