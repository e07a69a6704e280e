import { read } from 'node:fs';
import { closeQuietly, openPrivate } from '../../runtime/private-file.js';
import type { Segment } from './segment.js';

/** Reads segments, one after the other, and keeps the one that was read last open. */
export class SegmentReader {
  #open: { readonly segment: Segment; readonly descriptor: number } | undefined;
  #reading: Promise<unknown> | undefined;

  /** What there is of a segment from a byte on. */
  async read(segment: Segment, position: number, length: number): Promise<Buffer> {
    const descriptor = this.descriptorOf(segment);
    const bytes = Buffer.allocUnsafe(length);
    const reading = new Promise<number>((resolve, reject) => {
      read(descriptor, bytes, 0, length, position, (error, count) => (error === null ? resolve(count) : reject(error)));
    });
    // a descriptor that is closed meanwhile may become another file's
    this.#reading = reading.catch(() => undefined);
    return bytes.subarray(0, await reading);
  }

  /** @throws the error of the file system if the segment can't be opened. */
  descriptorOf(segment: Segment): number {
    if (this.#open?.segment !== segment) {
      this.#close();
      this.#open = { segment, descriptor: openPrivate(segment.path, 'read') };
    }
    return this.#open.descriptor;
  }

  /** Closes the file when what is being read has been. */
  async close(): Promise<void> {
    await this.#reading;
    this.#close();
  }

  #close(): void {
    if (this.#open !== undefined) closeQuietly(this.#open.descriptor);
    this.#open = undefined;
  }
}
