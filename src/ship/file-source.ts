import { readdirSync, statSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { pipeline, Readable } from 'node:stream';
import { constants, createGunzip, gunzipSync } from 'node:zlib';
import { TelemetryError } from '../model/errors.js';
import type { TelemetryItem } from '../model/item.js';
import { type ResolvedQuery, resolveQuery } from '../model/query.js';
import { Diagnostics } from '../runtime/diagnostics.js';
import { systemClock } from '../runtime/system-clock.js';
import { BlockDecoder } from '../storage/file/block-decoder.js';
import { readAt, wholeLines } from '../storage/file/line-blocks.js';
import { openIfThere } from '../storage/file/open-if-there.js';
import { fingerprintOf, segmentsOf } from '../storage/file/segments.js';
import { type Matcher, matcherOf } from '../storage/query-match.js';
import { pause, type ReadOptions, type ShipBatch, type ShipSource } from './source.js';

/** Up to where a file was delivered: the file is known by its first line, whatever it is called by now. */
interface FilePlace {
  readonly fingerprint: string;
  /** In bytes, as it is uncompressed. */
  readonly offset: number;
  /** The same of the file before: who writes may notice a rotation late. */
  readonly before?: { readonly fingerprint: string; readonly offset: number } | undefined;
}

/** A file that is open. */
interface OpenFile {
  readonly path: string;
  readonly handle: FileHandle;
  readonly fingerprint: string;
  readonly isCompressed: boolean;
  readonly inode: number;
  readonly size: number;
}

const NEWLINE = 0x0a;
const MAX_LINE_BYTES = 16 * 1024 * 1024;
const CHUNK_BYTES = 256 * 1024;
const HEAD_BYTES = 4096;
/** How long after a rotation somebody may still write to the old file. */
const LATE_WRITER_MILLIS = 60_000;
const FIRST_LINE = /^\s*\{\s*"type"\s*:/;

/**
 * A JSONL file of RIMP's, Python's or ours, compressed or not, with the files that rotation has closed; it may be written
 * and rotated meanwhile, by ourselves or by others (`telemetry.jsonl.1`, `telemetry.jsonl-20261125.gz`).
 */
export class FileSource implements ShipSource {
  readonly name: string;
  readonly totalBytes: number;
  readonly #path: string;
  readonly #decoder: BlockDecoder;
  /** Files that this or another source of the same run has read. */
  readonly #seen: Set<string>;
  /** Compressed files that end too early, and whether the one that was read last does. */
  readonly #cut = new Set<string>();
  /** Compressed files of which something can't be read. */
  readonly #broken = new Set<string>();
  #isCut = false;
  #finishedBytes = 0;
  /** Bytes read of the file that is being read. */
  #current = 0;

  /**
   * @param seen - fingerprints of the files that all sources of a run have read: none is read twice.
   * @throws TelemetryError `RIMP_INVALID_ARGUMENT` where there is no such file.
   */
  constructor(path: string, seen: Set<string>) {
    this.#path = resolve(path);
    this.#seen = seen;
    this.name = this.#path;
    this.#decoder = new BlockDecoder(this.#path, MAX_LINE_BYTES, new Diagnostics(systemClock, () => undefined));
    const paths = [...segmentsOf(this.#path).map((segment) => segment.path), this.#path];
    const sizes = paths.map((file) => statSync(file, { throwIfNoEntry: false })).filter((stat) => stat?.isFile());
    if (sizes.length === 0) {
      const isFolder = statSync(this.#path, { throwIfNoEntry: false })?.isDirectory() === true;
      const found = isFolder ? `${path} is a directory` : `there is none at ${path}`;
      throw new TelemetryError('RIMP_INVALID_ARGUMENT', `ship: expected a file, ${found}`);
    }
    this.totalBytes = sizes.reduce((sum, stat) => sum + (stat?.size ?? 0), 0);
  }

  get bytesRead(): number {
    return this.#finishedBytes + this.#current;
  }

  get unreadable(): Readonly<Record<string, number>> {
    const { reasons } = this.#decoder.unreadable;
    return {
      ...reasons,
      ...(this.#cut.size > 0 && { truncated_gzip: this.#cut.size }),
      ...(this.#broken.size > 0 && { broken_gzip: this.#broken.size }),
    };
  }

  async *batches({ place: given, startTime, endTime, follow, signal }: ReadOptions): AsyncGenerator<ShipBatch> {
    const query = resolveQuery({ startTime, endTime }, 'ship');
    const matches = matcherOf(query);
    let place = placeOf(given);
    let looksBackUntil = performance.now() + LATE_WRITER_MILLIS;
    while (!signal.aborted) {
      const files = await this.#files(place, performance.now() < looksBackUntil);
      try {
        for (const file of files) {
          const from = offsetIn(place, file);
          if (from === 0 && this.#seen.has(file.fingerprint)) continue;
          this.#seen.add(file.fingerprint);
          const isLive = follow && file.path === this.#path;
          for await (const { items, offset } of this.#read(file, from, isLive, query, matches)) {
            if (signal.aborted) return;
            const next = placeAfter(place, file, offset);
            if (next.fingerprint !== place?.fingerprint) looksBackUntil = performance.now() + LATE_WRITER_MILLIS;
            place = next;
            yield { items, place };
          }
          // somebody is compressing it: there will be more
          if (this.#isCut && follow) break;
          if (isLive) continue;
          this.#current = 0;
          this.#finishedBytes += file.size;
        }
      } finally {
        for (const { handle } of files) await handle.close();
      }
      if (!follow) return;
      await pause(signal);
    }
  }

  /** The files from the place on, the oldest first; with what was written late to the one before, where that is looked for. */
  async #files(place: FilePlace | undefined, looksBack: boolean): Promise<OpenFile[]> {
    const own = await openAll([...segmentsOf(this.#path).map(({ path }) => path), this.#path], (path) =>
      this.#broken.add(path),
    );
    if (place === undefined) return own;
    const at = own.findIndex(({ fingerprint }) => fingerprint === place.fingerprint);
    const before = looksBack ? place.before?.fingerprint : undefined;
    if (at >= 0 && before === undefined) return keep(own, own.slice(at));
    // rotated by somebody else: it has another name, and what came after it may have one, too
    const siblings = await openAll(this.#siblings());
    const found = siblings.findIndex(({ fingerprint }) => fingerprint === place.fingerprint);
    if (at < 0) return [...(await keep(siblings, found < 0 ? [] : siblings.slice(found))), ...own];
    // what is compressed is written no more
    const late = [...own.slice(0, at), ...siblings].filter((file) => file.fingerprint === before && !file.isCompressed);
    return keep([...own, ...siblings], [...late.slice(0, 1), ...own.slice(at)]);
  }

  /** Other files whose names begin with this one's, the oldest first. */
  #siblings(): string[] {
    const folder = dirname(this.#path);
    const name = basename(this.#path);
    return readdirSync(folder)
      .filter((other) => other !== name && other.startsWith(name) && /^[.-][\w.-]*$/.test(other.slice(name.length)))
      .map((other) => join(folder, other))
      .map((path) => ({ path, time: statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0 }))
      .sort((a, b) => a.time - b.time)
      .map(({ path }) => path);
  }

  async *#read(
    file: OpenFile,
    from: number,
    isLive: boolean,
    query: ResolvedQuery,
    matches: Matcher,
  ): AsyncGenerator<{ readonly items: readonly TelemetryItem[]; readonly offset: number }> {
    const { handle, isCompressed } = file;
    const start = isCompressed ? 0 : from;
    this.#current = start;
    this.#isCut = false;
    const raw = bytesOf(handle, start, (bytes) => {
      this.#current += bytes;
    });
    const bytes = isCompressed ? unzipped(raw) : raw;
    const blocks = wholeLines(bytes, start, MAX_LINE_BYTES, (length) => this.#decoder.tooLong(length));
    try {
      for await (const block of blocks) {
        const offset = block.start + block.bytes.length;
        if (offset <= from) continue;
        // somebody is writing this line
        if (isLive && block.bytes.at(-1) !== NEWLINE) return;
        const rest = block.start < from ? { bytes: block.bytes.subarray(from - block.start), start: from } : block;
        yield { items: this.#decoder.decode(rest, query, matches).items, offset };
      }
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException;
      if (!code.startsWith('Z_')) throw error;
      this.#isCut = code === 'Z_BUF_ERROR';
      (this.#isCut ? this.#cut : this.#broken).add(file.path);
    }
  }
}

/** Where to begin in a file. */
function offsetIn(place: FilePlace | undefined, { fingerprint }: OpenFile): number {
  if (fingerprint === place?.fingerprint) return place.offset;
  return fingerprint === place?.before?.fingerprint ? place.before.offset : 0;
}

/** The place when a file was read up to an byte. */
function placeAfter(place: FilePlace | undefined, { fingerprint }: OpenFile, offset: number): FilePlace {
  if (place === undefined) return { fingerprint, offset };
  if (fingerprint === place.before?.fingerprint) return { ...place, before: { fingerprint, offset } };
  const before =
    fingerprint === place.fingerprint ? place.before : { fingerprint: place.fingerprint, offset: place.offset };
  return before === undefined ? { fingerprint, offset } : { fingerprint, offset, before };
}

function placeOf(given: unknown): FilePlace | undefined {
  const { fingerprint, offset, before } = (given ?? {}) as Partial<FilePlace>;
  return typeof fingerprint === 'string' && typeof offset === 'number' ? { fingerprint, offset, before } : undefined;
}

/**
 * Files in the given order, each once; what is not there, empty or not begun is left out.
 *
 * @param onBroken - is told of compressed files that can't be read; where it is absent, the files may be anything, and
 * their first line has to be one of RIMP's.
 */
async function openAll(paths: readonly string[], onBroken?: (path: string) => void): Promise<OpenFile[]> {
  const files: OpenFile[] = [];
  for (const path of paths) {
    const handle = await openIfThere(path);
    if (handle === undefined) continue;
    const file = await examine(path, handle, onBroken);
    if (file === undefined || files.some(({ inode }) => inode === file.inode)) await handle.close();
    else files.push(file);
  }
  // while it is being compressed it is there as both
  const plain = new Set(files.filter(({ isCompressed }) => !isCompressed).map(({ fingerprint }) => fingerprint));
  return keep(
    files,
    files.filter(({ isCompressed, fingerprint }) => !isCompressed || !plain.has(fingerprint)),
  );
}

async function examine(
  path: string,
  handle: FileHandle,
  onBroken: ((path: string) => void) | undefined,
): Promise<OpenFile | undefined> {
  const stat = await handle.stat();
  if (!stat.isFile()) return undefined;
  const start = await readAt(handle, 0, HEAD_BYTES);
  const isCompressed = start[0] === 0x1f && start[1] === 0x8b;
  const head = isCompressed ? headOf(start) : start;
  if (head === undefined) {
    onBroken?.(path);
    return undefined;
  }
  if (onBroken === undefined && !FIRST_LINE.test(head.toString('latin1', 0, 64))) return undefined;
  const fingerprint = fingerprintOf(head);
  if (fingerprint === undefined) return undefined;
  return { path, handle, fingerprint, isCompressed, inode: stat.ino, size: stat.size };
}

/** Closes all but some. */
async function keep(files: readonly OpenFile[], kept: readonly OpenFile[]): Promise<OpenFile[]> {
  for (const file of files) if (!kept.includes(file)) await file.handle.close();
  return [...kept];
}

/** What the first bytes of a compressed file are uncompressed; `undefined` where they are broken. */
function headOf(start: Buffer): Buffer | undefined {
  try {
    // it is cut where it is read, not where it ends
    return gunzipSync(start, { finishFlush: constants.Z_SYNC_FLUSH });
  } catch {
    return undefined;
  }
}

/** What there is from an byte on. */
async function* bytesOf(
  handle: FileHandle,
  start: number,
  onRead: (bytes: number) => void,
): AsyncGenerator<Buffer, void, undefined> {
  for (let position = start; ; ) {
    const chunk = await readAt(handle, position, CHUNK_BYTES);
    if (chunk.length === 0) return;
    position += chunk.length;
    onRead(chunk.length);
    yield chunk;
  }
}

function unzipped(bytes: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  return pipeline(Readable.from(bytes), createGunzip({ chunkSize: CHUNK_BYTES }), () => {
    // whoever reads is told
  });
}
