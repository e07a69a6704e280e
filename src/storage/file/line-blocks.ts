import type { FileHandle } from 'node:fs/promises';
import { endOfHole } from '../../codec/line-hole.js';

const CHUNK_BYTES = 256 * 1024;
const NEWLINE = 0x0a;

/**
 * Bytes of whole lines: each ends with a newline, but for the last of a file. They are there until the next block is asked
 * for.
 */
export interface LineBlock {
  readonly bytes: Buffer;
  /** Where they begin in the file, as it is uncompressed. */
  readonly start: number;
}

/** A part of a file, from the beginning of a line to that of another. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** Is called with the bytes of a line that is longer than is read. */
export type OnTooLong = (bytes: number) => void;

/** Parts of a file, the first first. */
export async function* readForwards(
  file: FileHandle,
  ranges: readonly Range[],
  maxLineBytes: number,
  onTooLong: OnTooLong,
): AsyncGenerator<LineBlock, void, undefined> {
  for (const range of ranges) yield* wholeLines(chunksOf(file, range), range.start, maxLineBytes, onTooLong);
}

/** Parts of a file, the last first. */
export async function* readBackwards(
  file: FileHandle,
  ranges: readonly Range[],
  maxLineBytes: number,
  onTooLong: OnTooLong,
): AsyncGenerator<LineBlock, void, undefined> {
  for (const range of ranges.toReversed()) yield* linesBackwards(file, range, maxLineBytes, onTooLong);
}

/** Cuts a stream of bytes at the ends of lines. */
export async function* wholeLines(
  chunks: AsyncIterable<Buffer>,
  offset: number,
  maxLineBytes: number,
  onTooLong: OnTooLong,
): AsyncGenerator<LineBlock, void, undefined> {
  let start = offset;
  let pieces: Buffer[] = [];
  let held = 0;
  /** Whether what is held is NULs alone. */
  let isHole = false;
  for await (const whole of chunks) {
    let chunk = whole;
    if (held > maxLineBytes) {
      const hole: number = isHole ? endOfHole(chunk) : 0;
      isHole &&= hole === chunk.length;
      if (hole > 0 && !isHole) {
        // the line behind it is as long as any
        onTooLong(held + hole);
        start += held + hole;
        chunk = chunk.subarray(hole);
        held = 0;
      }
    }
    if (held > maxLineBytes) {
      // what is too long is only measured
      const end = chunk.indexOf(NEWLINE);
      if (end < 0) {
        held += chunk.length;
        continue;
      }
      onTooLong(held + end);
      start += held + end + 1;
      chunk = chunk.subarray(end + 1);
      held = 0;
    }
    const cut = chunk.lastIndexOf(NEWLINE) + 1;
    if (cut > 0) {
      // the line that began before is a block of its own: nothing else has to be copied
      const first = held > 0 ? chunk.indexOf(NEWLINE) + 1 : 0;
      if (first > 0) {
        const bytes = Buffer.concat([...pieces, chunk.subarray(0, first)]);
        yield { bytes, start };
        start += bytes.length;
      }
      if (first < cut) {
        yield { bytes: chunk.subarray(first, cut), start };
        start += cut - first;
      }
      pieces = [];
      held = 0;
    }
    if (cut < chunk.length) {
      isHole = (held === 0 || isHole) && endOfHole(chunk, cut) === chunk.length;
      held += chunk.length - cut;
      if (held > maxLineBytes) pieces = [];
      else pieces.push(Buffer.from(chunk.subarray(cut)));
    }
  }
  if (held > maxLineBytes) onTooLong(held);
  else if (held > 0) yield { bytes: Buffer.concat(pieces), start };
}

async function* linesBackwards(
  file: FileHandle,
  range: Range,
  maxLineBytes: number,
  onTooLong: OnTooLong,
): AsyncGenerator<LineBlock, void, undefined> {
  /** What follows the part that is looked at, up to the end of its last line. */
  let pieces: Buffer[] = [];
  let held = 0;
  for (let end = range.end; end > range.start; ) {
    const length = Math.min(CHUNK_BYTES, end - range.start);
    const chunk = await readAt(file, end - length, length);
    // the file became shorter meanwhile
    if (chunk.length < length) return;
    end -= length;
    const cut = end === range.start ? 0 : chunk.indexOf(NEWLINE) + 1;
    if (cut === 0 && end > range.start) {
      held += chunk.length;
      if (held > maxLineBytes) pieces = [];
      else pieces.unshift(chunk);
      continue;
    }
    let own = chunk.subarray(cut);
    if (held > maxLineBytes) {
      const last = own.lastIndexOf(NEWLINE) + 1;
      onTooLong(held + own.length - last);
      own = own.subarray(0, last);
      pieces = [];
    }
    const bytes = pieces.length > 0 ? Buffer.concat([own, ...pieces]) : own;
    if (bytes.length > 0) yield { bytes, start: end + cut };
    pieces = cut > 0 ? [chunk.subarray(0, cut)] : [];
    held = cut;
  }
}

/** The next chunk is read while one is decoded. */
async function* chunksOf(file: FileHandle, { start, end }: Range): AsyncGenerator<Buffer, void, undefined> {
  // the same two memories for all: a block is decoded before the next one is asked for
  const memories: Buffer[] = [];
  let count = 0;
  const read = (position: number): Promise<Buffer> => {
    memories[count % 2] ??= Buffer.allocUnsafeSlow(Math.min(CHUNK_BYTES, end - start));
    const memory = memories[count % 2] as Buffer;
    count += 1;
    const chunk = fill(file, position, memory.subarray(0, end - position));
    // it is met when the chunk is asked for
    chunk.catch(() => undefined);
    return chunk;
  };
  let next = read(start);
  try {
    for (let position = start; position < end; ) {
      const chunk = await next;
      if (chunk.length === 0) return;
      position += chunk.length;
      if (position < end) next = read(position);
      yield chunk;
    }
  } finally {
    // the file is closed now: nothing may still be read of it
    await next.catch(() => undefined);
  }
}

/** Bytes at a position; fewer if the file ends before. */
export async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  return fill(file, position, Buffer.allocUnsafeSlow(length));
}

async function fill(file: FileHandle, position: number, chunk: Buffer): Promise<Buffer> {
  let filled = 0;
  while (filled < chunk.length) {
    const { bytesRead } = await file.read(chunk, filled, chunk.length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return chunk.subarray(0, filled);
}
