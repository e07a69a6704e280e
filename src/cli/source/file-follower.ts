import { type FileHandle, stat } from 'node:fs/promises';
import type { ResolvedQuery } from '../../model/query.js';
import { pause } from '../../runtime/pause.js';
import type { BlockDecoder } from '../../storage/file/block-decoder.js';
import {
  cursorOf,
  type FilePosition,
  HEAD_BYTES,
  headPrint,
  isIn,
  NEAR_BYTES,
  printOf,
} from '../../storage/file/file-position.js';
import { FileReader } from '../../storage/file/file-reader.js';
import { GzipDamage, unzippedParts } from '../../storage/file/gunzip.js';
import { type LineBlock, readAt, readForwards, wholeLines } from '../../storage/file/line-blocks.js';
import { openIfThere, openSegment } from '../../storage/file/open-if-there.js';
import { type Segment, segmentsOf } from '../../storage/file/segments.js';
import { type Matcher, matcherOf } from '../../storage/query-match.js';
import { type FollowOptions, filtered, firstOf, type Items, POLL_MILLIS } from './source.js';

const NEWLINE = 0x0a;
const CHUNK_BYTES = 64 * 1024;

/** The file that is being read, and up to where. */
interface Live {
  readonly handle: FileHandle;
  readonly device: number;
  readonly inode: number;
  offset: number;
  /** The bytes before the offset: others there mean that the file was written anew. */
  near: Buffer;
}

/**
 * Reads what is appended to a file. A file that is rotated away, by RIMP or by others, is read to its end first, and so
 * are those that were closed since; one that was truncated or written anew is read from its beginning.
 */
export class FileFollower {
  readonly #path: string;
  readonly #maxLineBytes: number;
  readonly #decoder: BlockDecoder;
  readonly #options: FollowOptions;
  #live: Live | undefined;

  constructor(path: string, maxLineBytes: number, decoder: BlockDecoder, options: FollowOptions) {
    this.#options = options;
    this.#path = path;
    this.#maxLineBytes = maxLineBytes;
    this.#decoder = decoder;
  }

  async *follow(query: ResolvedQuery): AsyncGenerator<Items, void, undefined> {
    const matches = matcherOf(query);
    const { signal, note } = this.#options;
    try {
      this.#live = await this.#open();
      if (this.#live === undefined) {
        note(`waiting for ${this.#path}`);
        yield [];
      } else {
        await this.#moveToEnd(this.#live);
        yield await this.#last(this.#live, query);
      }
      while (!signal.aborted) {
        const before = this.#live;
        // a writer may use the old one until there is a new one
        const next = before === undefined || (await this.#isRotated(before)) ? await this.#open() : undefined;
        if (before !== undefined) yield* this.#read(before, query, matches, next !== undefined);
        if (next !== undefined) {
          this.#live = next;
          if (before !== undefined) {
            try {
              note(`${this.#path} was rotated: the new file follows`);
              yield* this.#closedBetween(before, next, query, matches);
            } finally {
              await before.handle.close();
            }
          }
          continue;
        }
        await pause(POLL_MILLIS, signal);
      }
    } finally {
      await this.#live?.handle.close();
    }
  }

  async #open(): Promise<Live | undefined> {
    const handle = await openIfThere(this.#path);
    if (handle === undefined) return undefined;
    const { dev, ino } = await handle.stat();
    return { handle, device: dev, inode: ino, offset: 0, near: Buffer.alloc(0) };
  }

  /** Behind the last whole line. */
  async #moveToEnd(live: Live): Promise<void> {
    const { size } = await live.handle.stat();
    for (let end = size; end > 0; end -= CHUNK_BYTES) {
      const start = Math.max(0, end - CHUNK_BYTES);
      const newline = (await readAt(live.handle, start, end - start)).lastIndexOf(NEWLINE);
      if (newline < 0) continue;
      live.offset = start + newline + 1;
      break;
    }
    live.near = await nearOf(live.handle, live.offset);
  }

  /** The last items before the offset, in their order. */
  async #last(live: Live, query: ResolvedQuery): Promise<Items> {
    const after = cursorOf(await positionOf(live));
    const reader = new FileReader(this.#path, this.#maxLineBytes, this.#decoder);
    const pages = reader.pages({ ...query, descending: true, after });
    const { test, last } = this.#options;
    return (await firstOf(filtered(itemsIn(pages), test), last)).reverse();
  }

  async #isRotated({ device, inode }: Live): Promise<boolean> {
    try {
      const { dev, ino } = await stat(this.#path);
      return dev !== device || ino !== inode;
    } catch {
      return true;
    }
  }

  async *#read(live: Live, query: ResolvedQuery, matches: Matcher, isEnd: boolean): AsyncGenerator<Items> {
    const { size } = await live.handle.stat();
    if (size < live.offset || !(await nearOf(live.handle, live.offset)).equals(live.near)) {
      this.#options.note(`${this.#path} was truncated: it is read from its beginning`);
      live.offset = 0;
      live.near = Buffer.alloc(0);
    }
    if (size === live.offset) return;
    const ranges = [{ start: live.offset, end: size }];
    for await (const block of readForwards(live.handle, ranges, this.#maxLineBytes, this.#onTooLong)) {
      // somebody is writing the last line
      const whole = isEnd ? block : upToNewline(block);
      if (whole.bytes.length === 0) continue;
      live.offset = whole.start + whole.bytes.length;
      const { items } = this.#decoder.decode(whole, query, matches);
      if (items.length > 0) yield items;
    }
    live.near = await nearOf(live.handle, live.offset);
  }

  /** What was closed between the file that was read as it was written and the one that is now. */
  async *#closedBetween(old: Live, next: Live, query: ResolvedQuery, matches: Matcher): AsyncGenerator<Items> {
    for (const { path, compressed } of await this.#segmentsBetween(old, next)) {
      const opened = await openSegment(path, compressed);
      if (opened === undefined) continue;
      const { handle } = opened;
      try {
        const blocks = opened.compressed
          ? wholeLines(unzippedParts(handle), 0, this.#maxLineBytes, this.#onTooLong)
          : readForwards(handle, [{ start: 0, end: (await handle.stat()).size }], this.#maxLineBytes, this.#onTooLong);
        for await (const block of blocks) yield this.#decoder.decode(block, query, matches).items;
      } catch (error) {
        if (!(error instanceof GzipDamage)) throw error;
        this.#decoder.badFile(path, error.reason, error.message);
      } finally {
        await handle.close();
      }
    }
  }

  /** The oldest first; none if others rotated the file. */
  async #segmentsBetween(old: Live, next: Live): Promise<Segment[]> {
    const between: Segment[] = [];
    for (const segment of segmentsOf(this.#path).toReversed()) {
      if (await isSegment(segment, old)) return between.reverse();
      // rotated away itself since it was opened: those behind it come with the next rotation
      if (await isSegment(segment, next)) between.length = 0;
      else between.push(segment);
    }
    return [];
  }

  readonly #onTooLong = (bytes: number): void => this.#decoder.tooLong(bytes);
}

/** Whether a closed file is the one that is open: by its number, or if it was compressed since, by what it holds. */
async function isSegment({ path, compressed }: Segment, live: Live): Promise<boolean> {
  const opened = await openSegment(path, compressed);
  if (opened === undefined) return false;
  try {
    const { dev, ino } = await opened.handle.stat();
    if (!opened.compressed) return dev === live.device && ino === live.inode;
    return await isIn(opened, await positionOf(live));
  } finally {
    await opened.handle.close();
  }
}

async function positionOf({ handle, device, inode, offset, near }: Live): Promise<FilePosition> {
  const head = headPrint(await readAt(handle, 0, HEAD_BYTES));
  return { device, inode, offset, head, near: printOf(near) };
}

function nearOf(handle: FileHandle, offset: number): Promise<Buffer> {
  const length = Math.min(offset, NEAR_BYTES);
  return readAt(handle, offset - length, length);
}

function upToNewline(block: LineBlock): LineBlock {
  return { bytes: block.bytes.subarray(0, block.bytes.lastIndexOf(NEWLINE) + 1), start: block.start };
}

async function* itemsIn(pages: AsyncIterable<{ readonly items: Items }>): AsyncGenerator<Items> {
  for await (const { items } of pages) yield items;
}
