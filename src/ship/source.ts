import type { TelemetryItem } from '../model/item.js';

/** Some items of a source, in its order. */
export interface ShipBatch {
  readonly items: readonly TelemetryItem[];
  /** Where to go on when these are delivered: plain JSON. */
  readonly cursor: unknown;
}

/** How a source is read. */
export interface ReadOptions {
  /** Where to go on; `undefined`: at the beginning. */
  readonly cursor: unknown;
  readonly startTime: Date | undefined;
  readonly endTime: Date | undefined;
  /** Whether to wait for more at the end. */
  readonly follow: boolean;
  readonly signal: AbortSignal;
}

/** A file that can't be read, or not to its end. */
export interface UnreadableFile {
  /** The path of the file. */
  readonly path: string;
  /** `truncated_gzip`, `broken_gzip` or `unreadable_file`. */
  readonly reason: string;
  /** Why it could not be read to its end. */
  readonly message: string;
}

/** Something that items are shipped from. */
export interface ShipSource {
  /** Its name in the checkpoint. */
  readonly name: string;
  /** Bytes to read, as far as they are known before. */
  readonly totalBytes: number | undefined;
  readonly bytesRead: number;
  /** Lines and files that can't be read, by reason. */
  readonly unreadable: Readonly<Record<string, number>>;
  /** The files among them. */
  readonly unreadableFiles: readonly UnreadableFile[];
  batches(options: ReadOptions): AsyncIterable<ShipBatch>;
}

/** How often a source that is followed is looked at, in milliseconds. */
export const POLL_MILLIS = 250;
