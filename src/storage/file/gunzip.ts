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
  try {
    while (failure === undefined && !ended) {
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(READ_BYTES), 0, READ_BYTES, size);
      if (bytesRead === 0) break;
      size += bytesRead;
      onRead?.(bytesRead);
      await step((done) => gunzip.write(buffer.subarray(0, bytesRead), done));
      const ready = parts;
      parts = [];
      yield* ready;
    }
    if (size === 0) throw new GzipDamage('truncated_gzip', 'the file is empty');
    if (failure === undefined && !ended) await step(() => gunzip.end());
    yield* parts;
    if (failure !== undefined) throw damageOf(failure);
    await checkRest(file, gunzip.bytesWritten);
  } finally {
    gunzip.destroy();
  }
}

/** Bytes behind the end that are no gzip: something of ours was there. Zeros only fill a block of a disk or a tape. */
async function checkRest(file: FileHandle, end: number): Promise<void> {
  const rest = Buffer.alloc(READ_BYTES);
  for (let at = end; ; at += READ_BYTES) {
    const { bytesRead } = await file.read(rest, 0, READ_BYTES, at);
    if (bytesRead === 0) return;
    if (rest.subarray(0, bytesRead).some((byte) => byte !== 0))
      throw new GzipDamage('broken_gzip', 'what follows the compressed part is no gzip');
  }
}

function damageOf(error: Error): Error {
  const { code = '' } = error as NodeJS.ErrnoException;
  if (code === 'Z_BUF_ERROR') return new GzipDamage('truncated_gzip', 'the file ends too early', error);
  return code.startsWith('Z_') ? new GzipDamage('broken_gzip', error.message, error) : error;
}
