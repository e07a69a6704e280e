import { type FileHandle, open } from 'node:fs/promises';

const CHUNK_BYTES = 256 * 1024;
const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** A line's octets without the newline, or how many there are of one that is too long. */
export type RawLine = Buffer | { readonly tooLong: number };

/** Reads the lines of a file in the order of the file, or in the reverse; a file that isn't there has none. */
export async function* readLines(
  path: string,
  maxLineBytes: number,
  backwards: boolean,
): AsyncGenerator<RawLine[], void, undefined> {
  const file = await openIfThere(path);
  if (file === undefined) return;
  try {
    const { size } = await file.stat();
    yield* backwards ? linesBackwards(file, size, maxLineBytes) : linesForwards(file, size, maxLineBytes);
  } finally {
    await file.close();
  }
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function* linesForwards(
  file: FileHandle,
  size: number,
  maxLineBytes: number,
): AsyncGenerator<RawLine[], void, undefined> {
  let pieces: Buffer[] = [];
  let held = 0;
  for (let position = 0; position < size; ) {
    const chunk = await readChunk(file, position, Math.min(CHUNK_BYTES, size - position));
    if (chunk.length === 0) break;
    position += chunk.length;
    const lines: RawLine[] = [];
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      held += end - start;
      if (held <= maxLineBytes) pieces.push(chunk.subarray(start, end));
      addLine(lines, pieces, held, maxLineBytes);
      pieces = [];
      held = 0;
      start = end + 1;
    }
    held += chunk.length - start;
    // what is too long is only measured
    if (held > maxLineBytes) pieces = [];
    else if (start < chunk.length) pieces.push(chunk.subarray(start));
    yield lines;
  }
  const last: RawLine[] = [];
  if (held > 0) addLine(last, pieces, held, maxLineBytes);
  yield last;
}

async function* linesBackwards(
  file: FileHandle,
  size: number,
  maxLineBytes: number,
): AsyncGenerator<RawLine[], void, undefined> {
  let pieces: Buffer[] = [];
  let held = 0;
  for (let end = size; end > 0; ) {
    const length = Math.min(CHUNK_BYTES, end);
    const chunk = await readChunk(file, end - length, length);
    end -= length;
    if (chunk.length < length) break;
    const lines: RawLine[] = [];
    let stop = chunk.length;
    for (
      let at = chunk.lastIndexOf(NEWLINE, stop - 1);
      at >= 0;
      at = stop === 0 ? -1 : chunk.lastIndexOf(NEWLINE, stop - 1)
    ) {
      held += stop - at - 1;
      if (held <= maxLineBytes) pieces.unshift(chunk.subarray(at + 1, stop));
      addLine(lines, pieces, held, maxLineBytes);
      pieces = [];
      held = 0;
      stop = at;
    }
    held += stop;
    if (held > maxLineBytes) pieces = [];
    else if (stop > 0) pieces.unshift(chunk.subarray(0, stop));
    yield lines;
  }
  const first: RawLine[] = [];
  if (held > 0) addLine(first, pieces, held, maxLineBytes);
  yield first;
}

async function readChunk(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const chunk = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(chunk, filled, length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return chunk.subarray(0, filled);
}

function addLine(lines: RawLine[], pieces: Buffer[], length: number, maxLineBytes: number): void {
  if (length > maxLineBytes) {
    lines.push({ tooLong: length });
    return;
  }
  let line = pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces);
  if (line.at(-1) === CARRIAGE_RETURN) line = line.subarray(0, -1);
  if (line.length > 0) lines.push(line);
}
