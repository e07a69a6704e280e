import type { FileHandle } from 'node:fs/promises';
import { builtIn } from '../../runtime/built-in.js';

/** Small enough that what it becomes, a thousand times as much at most, fits into memory. */
const READ_BYTES = 16 * 1024;
const CHUNK_BYTES = 256 * 1024;

/** Why a compressed file can't be read to its end. */
export type GzipDamageReason = 'truncated_gzip' | 'broken_gzip';

/** A compressed file that ends too early, or holds what is no gzip. What stands before the damage was read. */
export class GzipDamage extends Error {
  constructor(
    readonly reason: GzipDamageReason,
    message: string,
    cause?: unknown,
  ) {
    super(message, { cause });
  }
}

/**
 * What a compressed file holds, in parts: all that can be read, before an error says that there is more.
 *
 * @param onRead - gets the compressed bytes that were read.
 * @throws GzipDamage at the end of what can be read.
 */
export async function* unzippedParts(
  file: FileHandle,
  onRead?: (bytes: number) => void,
): AsyncGenerator<Buffer, void, undefined> {
  let given = 0;
  let read = 0;
  let last = 0;
  try {
    const chunks = chunksOf(file, (bytes) => {
      last = read;
      read += bytes;
      onRead?.(bytes);
    });
    for await (const part of unzippedStream(chunks)) {
      given += part.length;
      yield part;
    }
  } catch (error) {
    if (error instanceof GzipDamage && error.reason === 'broken_gzip') yield* restOf(file, last, given);
    throw error;
  }
}

/**
 * What stands before the damage in the chunk that holds it: zlib gives nothing of that one. So the file is read again, and
 * this chunk byte by byte.
 */
async function* restOf(file: FileHandle, start: number, given: number): AsyncGenerator<Buffer, void, undefined> {
  let known = given;
  try {
    for await (const part of unzippedStream(inBytesFrom(start, chunksOf(file)))) {
      if (part.length > known) yield part.subarray(known);
      known = Math.max(0, known - part.length);
    }
  } catch (error) {
    if (!(error instanceof GzipDamage)) throw error;
  }
}

async function* inBytesFrom(start: number, chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
  let position = 0;
  for await (const chunk of chunks) {
    if (position < start) yield chunk;
    else for (let at = 0; at < chunk.length; at += 1) yield chunk.subarray(at, at + 1);
    position += chunk.length;
  }
}

/**
 * What a compressed stream holds, in parts: all that can be read, before an error says that there is more.
 *
 * @param chunks - small ones: each part may be a thousand times as long.
 * @throws GzipDamage at the end of what can be read.
 */
export async function* unzippedStream(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
  const gunzip = builtIn.zlib.createGunzip({ chunkSize: CHUNK_BYTES });
  let parts: Buffer[] = [];
  let failure: Error | undefined;
  let wake: (() => void) | undefined;
  let ended = false;
  // for its whole life: an error that nobody waits for must not end the process
  gunzip.on('error', (error) => {
    failure ??= error;
    wake?.();
  });
  gunzip.on('data', (part: Buffer) => parts.push(part));
  gunzip.on('end', () => {
    ended = true;
    wake?.();
  });
  const step = (begin: (done: () => void) => void): Promise<void> =>
    new Promise((resolve) => {
      wake = resolve;
      begin(resolve);
    });
  let size = 0;
  let last: Buffer = Buffer.alloc(0);
  let isFollowed = false;
  try {
    for await (const chunk of chunks) {
      if (ended) {
        isFollowed ||= isData(chunk);
        continue;
      }
      last = chunk;
      size += chunk.length;
      await step((done) => gunzip.write(chunk, done));
      const ready = parts;
      parts = [];
      yield* ready;
      // what holds the damage is the last that was taken
      if (failure !== undefined) break;
    }
    if (size === 0) throw new GzipDamage('truncated_gzip', 'the file is empty');
    if (failure === undefined && !ended) await step(() => gunzip.end());
    yield* parts;
    if (failure !== undefined) throw damageOf(failure);
    const unread = last.subarray(last.length - (size - gunzip.bytesWritten));
    if (isFollowed || isData(unread))
      throw new GzipDamage('broken_gzip', 'what follows the compressed part is no gzip');
  } finally {
    gunzip.destroy();
  }
}

async function* chunksOf(file: FileHandle, onRead?: (bytes: number) => void): AsyncGenerator<Buffer, void, undefined> {
  for (let position = 0; ; ) {
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(READ_BYTES), 0, READ_BYTES, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    onRead?.(bytesRead);
    yield buffer.subarray(0, bytesRead);
  }
}

/** Whether bytes behind the end are something of ours. Zeros only fill a block of a disk or a tape. */
function isData(bytes: Buffer): boolean {
  return bytes.some((byte) => byte !== 0);
}

function damageOf(error: Error): Error {
  const { code = '' } = error as NodeJS.ErrnoException;
  if (code === 'Z_BUF_ERROR') return new GzipDamage('truncated_gzip', 'the file ends too early', error);
  return code.startsWith('Z_') ? new GzipDamage('broken_gzip', error.message, error) : error;
}
