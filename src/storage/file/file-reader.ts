import type { FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { linesOutside } from '../../codec/json-line-times.js';
import { toError } from '../../model/errors.js';
import { isBounded, type ResolvedQuery, wrongCursor } from '../../model/query.js';
import { builtIn } from '../../runtime/built-in.js';
import type { Page } from '../pages.js';
import { matcherOf } from '../query-match.js';
import { type BlockDecoder, startOfLine } from './block-decoder.js';
import { cursorOf, headOf, headPrint, isIn, NEAR_BYTES, type Print, positionIn, printOf } from './file-position.js';
import { GzipDamage, unzippedParts } from './gunzip.js';
import { type LineBlock, readAt, readBackwards, readForwards, wholeLines } from './line-blocks.js';
import { closeQuietly } from './open-if-there.js';
import { listSources, type OpenSource, openSource, type Source } from './sources.js';
import { readTimeIndex } from './time-index.js';
import { rangesOf } from './time-ranges.js';

const WHO = 'FileStorage';
/** There is too little of something in this process: that says nothing about a file. */
const NOT_THE_FILE: ReadonlySet<string | undefined> = new Set(['EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN']);

/** A block of a file, and what distinguishes the file from others. */
interface Located {
  readonly block: LineBlock;
  readonly source: OpenSource;
  readonly head: () => Print;
}

/** Reads a file and its closed segments. A segment that can't be read is counted, and hides no other. */
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
    const outside = linesOutside(query);
    const { descending } = query;
    for await (const located of this.#blocks(query)) {
      const { items, lines } = this.#decoder.decode(located.block, query, matches, outside);
      if (items.length === 0) continue;
      if (descending) {
        items.reverse();
        lines.reverse();
      }
      yield { items, cursorAt: (index) => cursorAt(located, lines[index] as number, descending) };
    }
  }

  async *#blocks(query: ResolvedQuery): AsyncGenerator<Located, void, undefined> {
    const sources = await listSources(this.#path);
    try {
      let from = await this.#startOf(query.after, sources, query.descending);
      const ordered = query.descending ? sources.toReversed() : sources;
      for (const source of ordered.slice(from.skip)) {
        try {
          yield* this.#read(source, query, from.offset);
        } catch (error) {
          this.#skip(source, error);
        }
        from = { skip: 0, offset: undefined };
      }
    } finally {
      for (const { handle } of sources) await closeQuietly(handle);
    }
  }

  /** Goes on behind a segment that can't be read to its end. The file that is being written is the storage itself. */
  #skip(source: Source, error: unknown): void {
    const { code } = error as NodeJS.ErrnoException;
    if (error instanceof GzipDamage) this.#decoder.badFile(source.path, error.reason, error.message);
    else if (source.handle !== undefined || code === undefined || NOT_THE_FILE.has(code)) throw error;
    else this.#decoder.badFile(source.path, 'unreadable_file', toError(error).message);
  }

  /** Where to begin: how many of the files are done with, in the order of the query, and where in the next. */
  async #startOf(
    after: string | undefined,
    sources: readonly Source[],
    descending: boolean,
  ): Promise<{ readonly skip: number; readonly offset: number | undefined }> {
    if (after === undefined) return { skip: 0, offset: undefined };
    const position = positionIn(after);
    if (position === undefined) throw wrongCursor(WHO, after);
    const ordered = descending ? sources.toReversed() : sources;
    // of files of equal content the very one, else the first: rather twice than not at all
    const isNear = ({ device, inode }: Source): boolean => device === position.device && inode === position.inode;
    for (const source of [...ordered.filter(isNear), ...ordered.filter((one) => !isNear(one))]) {
      try {
        const opened = await openSource(source);
        if (opened === undefined) continue;
        try {
          if (await isIn(opened, position)) return { skip: ordered.indexOf(source), offset: position.offset };
        } finally {
          if (source.handle === undefined) await closeQuietly(opened.handle);
        }
      } catch (error) {
        // it is counted when it is read
        if (NOT_THE_FILE.has((error as NodeJS.ErrnoException).code)) throw error;
      }
    }
    // the file was removed as the oldest, so that all others are newer, or it was cut off or written anew
    return { skip: descending ? sources.length : 0, offset: undefined };
  }

  async *#read(
    source: Source,
    query: ResolvedQuery,
    offset: number | undefined,
  ): AsyncGenerator<Located, void, undefined> {
    const opened = await openSource(source);
    // removed by retention since the files were listed
    if (opened === undefined) return;
    try {
      const found = { ...opened, head: await headOf(opened) };
      if (!found.compressed) yield* this.#readPlain(found, found.handle, query, offset);
      else if (query.descending) yield* this.#readUnpacked(found, query, offset);
      else yield* this.#readCompressed(found, query, offset);
    } finally {
      if (source.handle === undefined) await closeQuietly(opened.handle);
    }
  }

  async *#readPlain(
    source: OpenSource,
    handle: FileHandle,
    query: ResolvedQuery,
    offset: number | undefined,
  ): AsyncGenerator<Located, void, undefined> {
    const { size } = await handle.stat();
    let ranges = [{ start: 0, end: size }];
    if (isBounded(query))
      ranges = await rangesOf(handle.fd, size, readTimeIndex(plainPathOf(source), source.head, size), query);
    if (offset !== undefined) {
      ranges = ranges
        .map(({ start, end }) =>
          query.descending ? { start, end: Math.min(end, offset) } : { start: Math.max(start, offset), end },
        )
        .filter(({ start, end }) => start < end);
    }
    const read = query.descending ? readBackwards : readForwards;
    const head = once(() => headPrint(source.head));
    for await (const block of read(handle, ranges, this.#maxLineBytes, (bytes) => this.#decoder.tooLong(bytes)))
      yield { block, source, head };
  }

  async *#readCompressed(
    source: OpenSource,
    query: ResolvedQuery,
    offset: number | undefined,
  ): AsyncGenerator<Located, void, undefined> {
    if (await isOutside(source, query)) return;
    const parts = unzippedParts(source.handle);
    const head = once(() => headPrint(source.head));
    for await (const block of wholeLines(parts, 0, this.#maxLineBytes, (bytes) => this.#decoder.tooLong(bytes))) {
      const { bytes, start } = block;
      if (offset !== undefined && start + bytes.length <= offset) continue;
      const rest =
        offset !== undefined && start < offset ? { bytes: bytes.subarray(offset - start), start: offset } : block;
      yield { block: rest, source, head };
    }
  }

  /** A compressed file has no end to begin at: it is unpacked aside, as far as it can be read. */
  async *#readUnpacked(
    source: OpenSource,
    query: ResolvedQuery,
    offset: number | undefined,
  ): AsyncGenerator<Located, void, undefined> {
    if (await isOutside(source, query)) return;
    const directory = await builtIn.fsPromises.mkdtemp(join(tmpdir(), 'rimp-'));
    try {
      const handle = await builtIn.fsPromises.open(join(directory, 'unpacked'), 'wx+', 0o600);
      let damage: unknown;
      try {
        try {
          for await (const part of unzippedParts(source.handle)) await handle.appendFile(part);
        } catch (error) {
          if (!(error instanceof GzipDamage)) throw error;
          damage = error;
        }
        yield* this.#readPlain(source, handle, query, offset);
      } finally {
        await closeQuietly(handle);
      }
      if (damage !== undefined) throw damage;
    } finally {
      await builtIn.fsPromises.rm(directory, { recursive: true, force: true });
    }
  }
}

/** Behind the line, or before it if the file is read backwards: made when it is asked for, without the block. */
function cursorAt({ block, source, head }: Located, line: number, descending: boolean): () => string {
  const { bytes, start } = block;
  const at = startOfLine(bytes, descending ? line : line + 1);
  const near = descending ? bytes.subarray(at, startOfLine(bytes, line + 1)) : bytes.subarray(0, at);
  const copy = Buffer.from(descending ? near.subarray(0, NEAR_BYTES) : near.subarray(-NEAR_BYTES));
  const { device, inode } = source;
  const offset = start + at;
  return () => cursorOf({ device, inode, offset, head: head(), near: printOf(copy), isBehind: descending });
}

/** Whether the index of a compressed file covers all of it, and says that none of it is of the times asked for. */
async function isOutside(source: OpenSource, query: ResolvedQuery): Promise<boolean> {
  if (!isBounded(query)) return false;
  let end = 0;
  for (const stretch of readTimeIndex(plainPathOf(source), source.head, Number.POSITIVE_INFINITY)) {
    if (stretch.start !== end) return false;
    if (stretch.latest >= query.startMillis && stretch.earliest <= query.endMillis) return false;
    end = stretch.end;
  }
  const { size } = await source.handle.stat();
  if (end === 0 || size < 4) return false;
  // what was appended as a member of its own shows a smaller size (RFC 1952, section 2.3.1, ISIZE)
  return (await readAt(source.handle, size - 4, 4)).readUInt32LE(0) === end % 2 ** 32;
}

/** The path that the index of a file is named after. */
function plainPathOf({ path, compressed }: Source): string {
  return compressed ? path.replace(/\.gz$/, '') : path;
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
