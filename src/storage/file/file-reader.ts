import { createReadStream, createWriteStream } from 'node:fs';
import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline as joined } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, type Gunzip } from 'node:zlib';
import { isBounded, type ResolvedQuery, wrongCursor } from '../../model/query.js';
import type { Page } from '../pages.js';
import { matcherOf } from '../query-match.js';
import { type BlockDecoder, startOfLine } from './block-decoder.js';
import { type LineBlock, readAt, readBackwards, readForwards, wholeLines } from './line-blocks.js';
import { openIfThere } from './open-if-there.js';
import { FINGERPRINT_BYTES, fingerprintOf, type Segment, segmentsOf } from './segments.js';
import { readTimeIndex } from './time-index.js';
import { rangesOf } from './time-ranges.js';

const WHO = 'FileStorage';
const CURSOR = /^([0-9a-f]{16}|0)\.(\d{1,15})$/;
/** How often the list of files is looked at anew while files are being rotated. */
const ATTEMPTS = 20;

/** A file of those that make up a storage. */
interface Source {
  readonly path: string;
  readonly compressed: boolean;
  /** Open already, so that it can't be rotated away: the file that is being written. */
  readonly handle?: FileHandle;
}

/** Reads a file and its closed segments. */
export class FileReader {
  readonly #path: string;
  readonly #maxLineBytes: number;
  readonly #decoder: BlockDecoder;

  constructor(path: string, maxLineBytes: number, decoder: BlockDecoder) {
    this.#path = path;
    this.#maxLineBytes = maxLineBytes;
    this.#decoder = decoder;
  }

  /** What matches, in the order asked for. */
  async *pages(query: ResolvedQuery): AsyncGenerator<Page, void, undefined> {
    const matches = matcherOf(query);
    const { descending } = query;
    for await (const { block, fingerprint } of this.#blocks(query)) {
      const { items, lines } = this.#decoder.decode(block, query, matches);
      if (items.length === 0) continue;
      if (descending) {
        items.reverse();
        lines.reverse();
      }
      yield {
        items,
        // behind the line, or before it where the way is backwards
        cursorAt: (index) =>
          `${fingerprint()}.${block.start + startOfLine(block.bytes, (lines[index] as number) + (descending ? 0 : 1))}`,
      };
    }
  }

  async *#blocks(query: ResolvedQuery): AsyncGenerator<Located, void, undefined> {
    const sources = await this.#sources();
    try {
      let from = await this.#placeOf(query.after, sources, query.descending);
      const ordered = query.descending ? sources.toReversed() : sources;
      for (const source of ordered.slice(from.skip)) {
        yield* this.#read(source, query, from.offset);
        from = { skip: 0, offset: undefined };
      }
    } finally {
      for (const { handle } of sources) await handle?.close();
    }
  }

  /** The files as they are at one moment, the oldest first. */
  async #sources(): Promise<Source[]> {
    for (let attempt = 1; ; attempt += 1) {
      const handle = await openIfThere(this.#path);
      const closed = segmentsOf(this.#path);
      if (handle === undefined) return closed;
      const { ino, nlink } = await handle.stat();
      // rotated and compressed since it was opened: it would come twice
      if (nlink === 0 && attempt < ATTEMPTS) {
        await handle.close();
        continue;
      }
      const others: Segment[] = [];
      for (const segment of closed) if ((await inodeOf(segment.path)) !== ino) others.push(segment);
      return [...others, { path: this.#path, compressed: false, handle }];
    }
  }

  /** Where to begin: how many of the files are done with, in the order of the query, and where in the next. */
  async #placeOf(
    after: string | undefined,
    sources: readonly Source[],
    descending: boolean,
  ): Promise<{ readonly skip: number; readonly offset: number | undefined }> {
    if (after === undefined) return { skip: 0, offset: undefined };
    const match = CURSOR.exec(after);
    if (match === null) throw wrongCursor(WHO, after);
    const [, fingerprint, offset] = match;
    for (const [i, source] of sources.entries()) {
      if ((await this.#fingerprintOf(source)) !== fingerprint) continue;
      return { skip: descending ? sources.length - 1 - i : i, offset: Number(offset) };
    }
    // the file was removed, as the oldest: all others are newer
    return { skip: descending ? sources.length : 0, offset: undefined };
  }

  async *#read(
    source: Source,
    query: ResolvedQuery,
    offset: number | undefined,
  ): AsyncGenerator<Located, void, undefined> {
    if (source.compressed) {
      yield* this.#readCompressed(source, query, offset);
      return;
    }
    const handle = source.handle ?? (await openIfThere(source.path));
    if (handle === undefined) {
      // compressed since the files were listed
      if (source.path !== this.#path)
        yield* this.#readCompressed({ path: `${source.path}.gz`, compressed: true }, query, offset);
      return;
    }
    try {
      yield* this.#readPlain(source.path, handle, query, offset);
    } finally {
      if (source.handle === undefined) await handle.close();
    }
  }

  async *#readPlain(
    path: string,
    handle: FileHandle,
    query: ResolvedQuery,
    offset: number | undefined,
  ): AsyncGenerator<Located, void, undefined> {
    const { size } = await handle.stat();
    const print = fingerprintOf(await readAt(handle, 0, FINGERPRINT_BYTES));
    let ranges = [{ start: 0, end: size }];
    if (isBounded(query) && print !== undefined)
      ranges = await rangesOf(handle.fd, size, readTimeIndex(path, print, size), query);
    if (offset !== undefined) {
      ranges = ranges
        .map(({ start, end }) =>
          query.descending ? { start, end: Math.min(end, offset) } : { start: Math.max(start, offset), end },
        )
        .filter(({ start, end }) => start < end);
    }
    const read = query.descending ? readBackwards : readForwards;
    const fingerprint = (): string => print ?? '0';
    for await (const block of read(handle, ranges, this.#maxLineBytes, (bytes) => this.#decoder.tooLong(bytes)))
      yield { block, fingerprint };
  }

  async *#readCompressed(
    source: Source,
    query: ResolvedQuery,
    offset: number | undefined,
  ): AsyncGenerator<Located, void, undefined> {
    const print = await this.#fingerprintOf(source);
    if (print !== undefined && (await isOutside(source.path, print, query))) return;
    if (query.descending) {
      yield* this.#readUnpacked(source, query, offset);
      return;
    }
    const stream = unpacked(source.path);
    const blocks = wholeLines(stream, 0, this.#maxLineBytes, (bytes) => this.#decoder.tooLong(bytes));
    for await (const block of blocks) {
      const { bytes, start } = block;
      if (offset !== undefined && start + bytes.length <= offset) continue;
      const rest =
        offset !== undefined && start < offset ? { bytes: bytes.subarray(offset - start), start: offset } : block;
      yield { block: rest, fingerprint: () => print ?? '0' };
    }
  }

  /** A compressed file has no end to begin at: it is unpacked aside. */
  async *#readUnpacked(
    source: Source,
    query: ResolvedQuery,
    offset: number | undefined,
  ): AsyncGenerator<Located, void, undefined> {
    const folder = await mkdtemp(join(tmpdir(), 'rimp-'));
    const path = join(folder, 'unpacked');
    try {
      await pipeline(unpacked(source.path), createWriteStream(path));
      const handle = await open(path, 'r');
      try {
        yield* this.#readPlain(path, handle, query, offset);
      } finally {
        await handle.close();
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  async #fingerprintOf({ path, compressed, handle }: Source): Promise<string | undefined> {
    if (compressed) {
      const stream = unpacked(path);
      for await (const chunk of stream) return fingerprintOf(chunk as Buffer);
      return undefined;
    }
    const file = handle ?? (await openIfThere(path));
    if (file === undefined) return this.#fingerprintOf({ path: `${path}.gz`, compressed: true });
    try {
      return fingerprintOf(await readAt(file, 0, FINGERPRINT_BYTES));
    } finally {
      if (handle === undefined) await file.close();
    }
  }
}

/** A compressed file's bytes; the file is closed when nobody wants more of them. */
function unpacked(path: string): Gunzip {
  return joined(createReadStream(path), createGunzip(), () => {
    // whoever reads is told
  });
}

interface Located {
  readonly block: LineBlock;
  /** What tells the file from the others. */
  readonly fingerprint: () => string;
}

/** Whether the index of a compressed file covers all of it, and says that none of it is of the times asked for. */
async function isOutside(path: string, fingerprint: string, query: ResolvedQuery): Promise<boolean> {
  if (!isBounded(query)) return false;
  const stretches = readTimeIndex(path.replace(/\.gz$/, ''), fingerprint, Number.POSITIVE_INFINITY);
  let end = 0;
  for (const stretch of stretches) {
    if (stretch.start !== end) return false;
    if (stretch.latest >= query.startMillis && stretch.earliest <= query.endMillis) return false;
    end = stretch.end;
  }
  const handle = await open(path, 'r');
  try {
    const { size } = await handle.stat();
    // what was appended as a member of its own shows a smaller size (RFC 1952, section 2.3.1, ISIZE)
    return end > 0 && (await readAt(handle, size - 4, 4)).readUInt32LE(0) === end % 2 ** 32;
  } finally {
    await handle.close();
  }
}

async function inodeOf(path: string): Promise<number | undefined> {
  const handle = await openIfThere(path);
  if (handle === undefined) return undefined;
  try {
    return (await handle.stat()).ino;
  } finally {
    await handle.close();
  }
}
