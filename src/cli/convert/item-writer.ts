import type { TelemetryItem } from '../../model/item.js';

/** Where items are written to. */
export interface ItemWriter {
  /** Items that became part of others: parts of a histogram, which went with its count. */
  readonly folded: number;
  /** Items that a database has already, by their ids, so far. */
  readonly there: number;
  write(items: readonly TelemetryItem[]): Promise<void>;
  /** Makes what was written whole. */
  finish(): Promise<void>;
  /** Takes away what was written so far. */
  abandon(): Promise<void>;
}
