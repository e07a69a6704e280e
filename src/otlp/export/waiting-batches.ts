import type { LogRecordLike } from '../../otel/sdk-types.js';
import { PackedLogs } from '../encode/packed-logs.js';

/** Records that are exported together. */
export interface Batch {
  readonly items: readonly LogRecordLike[] | PackedLogs;
  readonly size: number;
}

/** Bytes of the records of one request, unless a single batch has more. */
const MAX_BYTES = 1024 * 1024;

/** Whole batches that wait, in order. Those that are packed leave together, as far as they fit into one request. */
export class WaitingBatches {
  readonly #maxRecords: number;
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

  /** What the next request takes; `undefined` if nothing waits. */
  take(): Batch | undefined {
    const [first] = this.#batches;
    if (first === undefined) return undefined;
    const packed: PackedLogs[] = [];
    let size = 0;
    let bytes = 0;
    for (const { items, size: more } of this.#batches) {
      if (!(items instanceof PackedLogs)) break;
      const hasRoom = size + more <= this.#maxRecords && bytes + items.byteLength <= MAX_BYTES;
      if (packed.length > 0 && !hasRoom) break;
      packed.push(items);
      size += more;
      bytes += items.byteLength;
    }
    const [one, ...others] = packed;
    const batch = one === undefined ? first : { items: PackedLogs.join([one, ...others]), size };
    this.#batches.splice(0, Math.max(1, packed.length));
    this.#records -= batch.size;
    return batch;
  }

  clear(): void {
    this.#batches = [];
    this.#records = 0;
  }
}
