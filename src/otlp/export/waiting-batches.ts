import type { LogRecordLike } from '../../otel/sdk-types.js';
import { PackedLogs } from '../encode/packed-logs.js';
import type { ExportOutcome } from './batch-exporter.js';

/** Records that are exported together. */
export interface Batch {
  readonly items: readonly LogRecordLike[] | PackedLogs;
  readonly size: number;
  /** The batches that it was joined from, if it was. */
  readonly parts?: readonly Batch[] | undefined;
}

/** Bytes of the records of one request, unless a single batch has more. */
const FIRST_MAX_BYTES = 1024 * 1024;

/** Whole batches that wait, in order. Those that are packed leave together, as far as they fit into one request. */
export class WaitingBatches {
  readonly #maxRecords: number;
  #maxBytes = FIRST_MAX_BYTES;
  #batches: Batch[] = [];
  #records = 0;

  /** @param maxRecords - of one request, unless a single batch has more. */
  constructor(maxRecords: number) {
    this.#maxRecords = maxRecords;
  }

  /** Records that wait. */
  get records(): number {
    return this.#records;
  }

  /** Whether what waits is as much as one request takes. */
  get fillsRequest(): boolean {
    return this.#records >= this.#maxRecords;
  }

  push(batch: Batch): void {
    this.#batches.push(batch);
    this.#records += batch.size;
  }

  /** The next batch; `undefined` if nothing waits. */
  take(): Batch | undefined {
    const batch = this.#batches.shift();
    this.#records -= batch?.size ?? 0;
    return batch;
  }

  /** As many of the next batches as one request takes, as one; `undefined` if nothing waits. */
  takeJoined(): Batch | undefined {
    const packed: PackedLogs[] = [];
    let size = 0;
    let bytes = 0;
    for (const { items, size: more } of this.#batches) {
      if (!(items instanceof PackedLogs)) break;
      if (size + more > this.#maxRecords || bytes + items.byteLength > this.#maxBytes) break;
      packed.push(items);
      size += more;
      bytes += items.byteLength;
    }
    const [one, ...others] = packed;
    if (one === undefined || others.length === 0) return this.take();
    const parts = this.#batches.splice(0, packed.length);
    this.#records -= size;
    return { items: PackedLogs.join([one, ...others]), size, parts };
  }

  /** The endpoint takes no request as large as this one. */
  joinLessThan({ items }: Batch): void {
    if (items instanceof PackedLogs) this.#maxBytes = Math.min(this.#maxBytes, Math.floor(items.byteLength / 2));
  }

  clear(): void {
    this.#batches = [];
    this.#records = 0;
  }
}

/** The parts of a batch that failed, if each is to be exported by itself. */
export function partsOf({ items, parts }: Batch, { dropped, refused }: ExportOutcome): readonly Batch[] | undefined {
  if (refused !== undefined) return parts;
  if (dropped.not_serializable === undefined || !Array.isArray(items) || items.length < 2) return undefined;
  const records = items as readonly LogRecordLike[];
  const half = records.length >> 1;
  return [records.slice(0, half), records.slice(half)].map((part) => ({ items: part, size: part.length }));
}
