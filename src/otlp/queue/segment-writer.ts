import { ftruncateSync, writeSync } from 'node:fs';
import { closeQuietly } from '../../runtime/private-file.js';
import type { MemoryEntry } from './memory-queue.js';
import { frame, HEADER_BYTES, type Segment } from './segment.js';
import { createSegment, isInPlace } from './segment-file.js';

const MAX_SEGMENT_BYTES = 8 * 1024 * 1024;

interface Open {
  readonly segment: Segment;
  readonly descriptor: number;
}

/** Appends entries to the last segment of a directory, and begins a new one when it is full, or gone. */
export class SegmentWriter {
  readonly #directory: string;
  readonly #segmentBytes: number;
  #open: Open | undefined;
  #nextSequence = 1;

  /** @param maxBytes - of the whole queue, of which a segment has an eighth at most. */
  constructor(directory: string, maxBytes: number) {
    this.#directory = directory;
    this.#segmentBytes = Math.max(1, Math.min(MAX_SEGMENT_BYTES, Math.floor(maxBytes / 8)));
  }

  /** The segment that is written to. */
  get segment(): Segment | undefined {
    return this.#open?.segment;
  }

  /**
   * Writes an entry; returns the segment that it is in.
   *
   * @throws the error of the file system; then nothing of the entry counts.
   */
  write({ payload, items, ordinal }: MemoryEntry): Segment {
    const size = HEADER_BYTES + payload.byteLength;
    const { segment, descriptor } = this.#writable(size, ordinal);
    const whole = frame(payload, items, segment.written);
    try {
      for (let done = 0; done < size; ) {
        done += writeSync(descriptor, whole, done, size - done, segment.size + done);
      }
    } catch (error) {
      // what was written of it must not be found as a torn entry
      ftruncateSync(descriptor, segment.size);
      throw error;
    }
    segment.size += size;
    segment.items += items;
    segment.written += items;
    return segment;
  }

  close(): void {
    if (this.#open !== undefined) closeQuietly(this.#open.descriptor);
    this.#open = undefined;
  }

  #writable(size: number, base: number): Open {
    const open = this.#open;
    const isThere = open !== undefined && isInPlace(open.segment);
    if (isThere && (open.segment.size === 0 || open.segment.size + size <= this.#segmentBytes)) return open;
    try {
      this.#open = createSegment(this.#directory, this.#nextSequence, base);
    } catch (error) {
      // a long segment is better than none
      if (isThere) return open;
      throw error;
    }
    if (open !== undefined) closeQuietly(open.descriptor);
    this.#nextSequence = this.#open.segment.sequence + 1;
    return this.#open;
  }
}
