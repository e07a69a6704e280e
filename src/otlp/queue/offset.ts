import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { crc32 } from 'node:zlib';

/** A place in a queue: a segment, and an byte of it. */
export interface QueuePlace {
  readonly sequence: number;
  readonly offset: number;
}

const BYTES = 20;

/** The place up to which a queue was sent, in a file of its own, written in one go. */
export class QueuePosition {
  readonly #path: string;
  readonly #record = Buffer.alloc(BYTES);
  #descriptor: number | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** The place; `undefined` where none is noted, or what is noted makes no sense. */
  read(): QueuePlace | undefined {
    let descriptor: number;
    try {
      descriptor = openSync(this.#path, 'r');
    } catch {
      return undefined;
    }
    const read = readSync(descriptor, this.#record, 0, BYTES, 0);
    closeSync(descriptor);
    if (read < BYTES || crc32(this.#record.subarray(0, BYTES - 4)) !== this.#record.readUInt32LE(BYTES - 4))
      return undefined;
    return { sequence: this.#record.readDoubleLE(0), offset: this.#record.readDoubleLE(8) };
  }

  /** Notes a place; one that can't be noted makes that more is sent twice after a crash, and nothing worse. */
  write(sequence: number, offset: number): void {
    this.#record.writeDoubleLE(sequence, 0);
    this.#record.writeDoubleLE(offset, 8);
    this.#record.writeUInt32LE(crc32(this.#record.subarray(0, BYTES - 4)), BYTES - 4);
    try {
      this.#descriptor ??= openSync(this.#path, 'w', 0o600);
      writeSync(this.#descriptor, this.#record, 0, BYTES, 0);
    } catch {
      this.close();
    }
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }
}
