import { readSync, rmSync, writeSync } from 'node:fs';
import { builtIn } from '../../runtime/built-in.js';
import { closeQuietly, NOT_PRIVATE, openPrivate } from '../../runtime/private-file.js';
import type { Offset, Segment } from './segment.js';

/** How far a queue was sent. */
export interface QueueOffset extends Offset {
  /** Of the segment. */
  readonly sequence: number;
  /** Items of the queue from there on when this was noted: what is missing of them was lost. */
  readonly itemsLeft: number;
}

/*
 *    byte  0        4          12        20             28           36        40
 *          +--------+----------+---------+--------------+------------+---------+
 *          | "RQO"  | sequence | offset  | items before | items left | CRC-32  |     numbers are doubles,
 *          |  + 01  |          |         |              |            | of 0–35 |     little-endian
 *          +--------+----------+---------+--------------+------------+---------+
 */
const BYTES = 40;
const CRC_AT = BYTES - 4;
const MAGIC = 0x014f5152;

/** How far a queue was sent, in a file of its own that is written over in one go. */
export class OffsetFile {
  readonly #path: string;
  readonly #record = Buffer.alloc(BYTES);
  #descriptor: number | undefined;
  #isHeld = false;

  constructor(path: string) {
    this.#path = path;
  }

  /** `undefined` if nothing is noted, or what is noted makes no sense. */
  read(): QueueOffset | undefined {
    let descriptor: number | undefined;
    try {
      descriptor = openPrivate(this.#path, 'read');
      const record = Buffer.alloc(BYTES);
      if (readSync(descriptor, record, 0, BYTES, 0) < BYTES || record.readUInt32LE(0) !== MAGIC) return undefined;
      if (builtIn.zlib.crc32(record.subarray(0, CRC_AT)) !== record.readUInt32LE(CRC_AT)) return undefined;
      const found = {
        sequence: record.readDoubleLE(4),
        offset: record.readDoubleLE(12),
        itemsBefore: record.readDoubleLE(20),
        itemsLeft: record.readDoubleLE(28),
      };
      return Object.values(found).every((value) => Number.isSafeInteger(value) && value >= 0) ? found : undefined;
    } catch {
      return undefined;
    } finally {
      if (descriptor !== undefined) closeQuietly(descriptor);
    }
  }

  /** Notes an offset; if it can't be noted more is sent twice after a crash, and nothing worse. */
  note(sequence: number, at: Offset, segments: readonly Segment[]): void {
    if (this.#isHeld) return;
    let itemsLeft = 0;
    for (const { items } of segments) itemsLeft += items;
    this.#write({ sequence, ...at, itemsLeft });
  }

  /** Notes an offset that is not to be passed: something behind it could not be read, nor counted. */
  hold(sequence: number, at: Offset): void {
    if (!this.#isHeld) this.#write({ sequence, offset: at.offset, itemsBefore: at.itemsBefore, itemsLeft: 0 });
    this.#isHeld = true;
  }

  close(): void {
    if (this.#descriptor !== undefined) closeQuietly(this.#descriptor);
    this.#descriptor = undefined;
  }

  #write({ sequence, offset, itemsBefore, itemsLeft }: QueueOffset): void {
    const record = this.#record;
    record.writeUInt32LE(MAGIC, 0);
    record.writeDoubleLE(sequence, 4);
    record.writeDoubleLE(offset, 12);
    record.writeDoubleLE(itemsBefore, 20);
    record.writeDoubleLE(itemsLeft, 28);
    record.writeUInt32LE(builtIn.zlib.crc32(record.subarray(0, CRC_AT)), CRC_AT);
    try {
      this.#descriptor ??= this.#open();
      writeSync(this.#descriptor, record, 0, BYTES, 0);
    } catch {
      this.close();
    }
  }

  #open(): number {
    try {
      return openPrivate(this.#path, 'write');
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'ELOOP' && code !== NOT_PRIVATE) throw error;
      // a link, or the second name of another file: the name goes, what it names stays as it is
      rmSync(this.#path, { force: true });
      return openPrivate(this.#path, 'create');
    }
  }
}
