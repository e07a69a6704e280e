import { statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { TelemetryError } from '../model/errors.js';
import type { TelemetryItem } from '../model/item.js';
import { type ResolvedQuery, resolveQuery } from '../model/query.js';
import { Diagnostics } from '../runtime/diagnostics.js';
import { NO_OUTPUT } from '../runtime/diagnostics-output.js';
import { pause } from '../runtime/pause.js';
import { systemClock } from '../runtime/system-clock.js';
import { BlockDecoder } from '../storage/file/block-decoder.js';
import { NEAR_BYTES } from '../storage/file/file-position.js';
import { GzipDamage, unzippedParts } from '../storage/file/gunzip.js';
import { readAt, wholeLines } from '../storage/file/line-blocks.js';
import { closeQuietly } from '../storage/file/open-if-there.js';
import { segmentsOf } from '../storage/file/segments.js';
import { type Matcher, matcherOf } from '../storage/query-match.js';
import { targetOf } from '../storage/real-path.js';
import {
  type DeliveredFile,
  deliveredUpTo,
  isCopyOf,
  openShipFile,
  recordsIn,
  recordsOf,
  type ShipFile,
  startsLikeRimp,
  stateAt,
  zippedMark,
} from './delivered-file.js';
import { bytesOf, restOf, wholePart } from './ship-blocks.js';
import { siblingsOf } from './siblings.js';
import { POLL_MILLIS, type ReadOptions, type ShipBatch, type ShipSource, type UnreadableFile } from './source.js';
import { UnreadableFiles } from './unreadable-files.js';

const MAX_LINE_BYTES = 16 * 1024 * 1024;
/** Records of files that are not there, or not now, which a cursor keeps. */
const MAX_MISSING = 64;

/** A file to be read, and from where. */
interface Task {
  readonly file: ShipFile;
  readonly record: DeliveredFile | undefined;
}

/** A file as it was when it was read to its end. */
interface FinishedFile {
  readonly state: string;
  readonly record: DeliveredFile | undefined;
  readonly compressed: boolean;
}

/**
 * A JSONL file of RIMP's, Python's or ours, compressed or not, with the files that rotation has closed; it may be written
 * and rotated meanwhile, by ourselves or by others (`telemetry.jsonl.1`, `telemetry.jsonl-20261125.gz`).
 *
 * Its cursor holds a record of each file: how far it was delivered, and what its bytes there and at its beginning are. A
 * file is read on from its record if it still holds those bytes, else from its beginning: rather twice than not at all.
 */
export class FileSource implements ShipSource {
  readonly name: string;
  readonly totalBytes: number;
  readonly #path: string;
  readonly #decoder: BlockDecoder;
  /** Files that a source of the same run reads, and which one. */
  readonly #taken: Map<string, ShipSource>;
  readonly #report: (what: string, error?: unknown) => void;
  readonly #unreadable: UnreadableFiles;
  /** Files that were read to their ends, by path. */
  readonly #finished = new Map<string, FinishedFile>();
  #finishedBytes = 0;
  /** Bytes read of the file that is being read. */
  #current = 0;
  /** The records of all files, the one that was read last at the end. */
  #records: readonly DeliveredFile[] = [];

  /**
   * @param taken - of a run: no file is read by two of its sources.
   * @param report - is called with what goes wrong.
   * @throws TelemetryError `RIMP_INVALID_ARGUMENT` if there is no such file.
   */
  constructor(path: string, taken: Map<string, ShipSource>, report: (what: string, error?: unknown) => void) {
    this.name = resolve(path);
    this.#path = targetOf(this.name);
    this.#taken = taken;
    this.#report = report;
    this.#unreadable = new UnreadableFiles(report);
    this.#decoder = new BlockDecoder(this.name, MAX_LINE_BYTES, new Diagnostics(systemClock, NO_OUTPUT));
    const paths = [...segmentsOf(this.#path).map((segment) => segment.path), this.#path];
    const sizes = paths.map((file) => statSync(file, { throwIfNoEntry: false })).filter((stat) => stat?.isFile());
    if (sizes.length === 0) {
      const isDirectory = statSync(this.#path, { throwIfNoEntry: false })?.isDirectory() === true;
      const found = isDirectory ? `${path} is a directory` : `there is none at ${path}`;
      throw new TelemetryError('RIMP_INVALID_ARGUMENT', `ship: expected a file, ${found}`);
    }
    this.totalBytes = sizes.reduce((sum, stat) => sum + (stat?.size ?? 0), 0);
  }

  get bytesRead(): number {
    return this.#finishedBytes + this.#current;
  }

  get unreadable(): Readonly<Record<string, number>> {
    return this.#unreadable.addedTo(this.#decoder.unreadable.reasons);
  }

  get unreadableFiles(): readonly UnreadableFile[] {
    return this.#unreadable.list;
  }

  async *batches({ cursor, startTime, endTime, follow, signal }: ReadOptions): AsyncGenerator<ShipBatch> {
    const query = resolveQuery({ startTime, endTime }, 'ship');
    const matches = matcherOf(query);
    this.#records = recordsIn(cursor) ?? [];
    if (cursor !== undefined && recordsIn(cursor) === undefined)
      this.#report(`the checkpoint of ${this.name} is of another kind: all of the file is sent`);
    while (!signal.aborted) {
      const files: ShipFile[] = [];
      try {
        for (const task of await this.#tasks(files)) {
          yield* this.#deliver(task, follow, query, matches);
          if (signal.aborted) return;
        }
      } finally {
        for (const { handle } of files) await closeQuietly(handle);
      }
      if (!follow) return;
      await pause(POLL_MILLIS, signal);
    }
  }

  async *#deliver(task: Task, follow: boolean, query: ResolvedQuery, matches: Matcher): AsyncGenerator<ShipBatch> {
    const { file } = task;
    let { record } = task;
    const isLive = follow && file.path === this.#path;
    const note = (next: DeliveredFile): { readonly files: readonly DeliveredFile[] } => {
      this.#records = [...this.#records.filter((one) => one !== record), next];
      record = next;
      return { files: this.#records };
    };
    try {
      for await (const { items, offset, near } of this.#read(file, record?.offset ?? 0, isLive, query, matches))
        yield { items, cursor: note(deliveredUpTo(file, offset, near)) };
      if (file.compressed && record !== undefined && record.zipped === undefined)
        yield { items: [], cursor: note({ ...record, zipped: await zippedMark(file) }) };
      this.#unreadable.delete(file.path);
    } catch (error) {
      this.#unreadable.add(file.path, error);
      // what may pass is tried again when files are followed
      if (!(error instanceof GzipDamage)) return;
    }
    const { path, state, compressed } = file;
    this.#finished.set(path, { state, record, compressed });
    if (isLive) return;
    this.#current = 0;
    this.#finishedBytes += file.size;
  }

  /** What is to be read now, the oldest first; all that is opened is added to `opened`. */
  async #tasks(opened: ShipFile[]): Promise<Task[]> {
    const kept = new Set<DeliveredFile>();
    const { segments, siblings } = this.#listed();
    const own = await this.#open([...segments, this.#path], opened, kept);
    const others = await this.#open(siblings, opened, kept);
    const plain = [...own, ...others].filter(({ compressed }) => !compressed);
    // while it is being compressed it is there as both
    const isWanted = (file: ShipFile): boolean => !plain.some((one) => isCopyOf(file, one));
    const free = this.#records.filter((record) => !kept.has(record));
    const unreadable = new Set<ShipFile>();
    const records = await recordsOf([...own, ...others.filter(isWanted)], free, (file, error) => {
      this.#unreadable.add(file.path, error);
      unreadable.add(file);
    });
    this.#forgetMissing(new Set([...kept, ...records.values()]));
    this.#warnOfRewritten(own, records);
    const last = this.#records.at(-1);
    // rotated by somebody else: what was read last has another name, and what came after it may have one, too
    const from = others.findIndex((file) => last !== undefined && records.get(file) === last);
    const rotated = others.filter(
      (file, i) => records.has(file) || (from >= 0 && i > from && isWanted(file) && startsLikeRimp(file.head)),
    );
    return [...rotated, ...own]
      .filter((file) => !unreadable.has(file) && isWanted(file) && this.#take(file) && !this.#isFinished(file))
      .map((file) => ({ file, record: records.get(file) }));
  }

  /** The files beside this one. A directory that can't be listed doesn't hide the file itself. */
  #listed(): { readonly segments: readonly string[]; readonly siblings: readonly string[] } {
    const directory = dirname(targetOf(this.#path));
    try {
      const segments = segmentsOf(this.#path).map(({ path }) => path);
      const siblings = this.#records.length === 0 ? [] : siblingsOf(this.#path);
      this.#unreadable.delete(directory);
      return { segments, siblings };
    } catch (error) {
      this.#unreadable.add(directory, error);
      return { segments: [], siblings: [] };
    }
  }

  /** Opens files that are there, each once; of compressed ones that were read to their ends only the records are kept. */
  async #open(paths: readonly string[], opened: ShipFile[], kept: Set<DeliveredFile>): Promise<ShipFile[]> {
    const files: ShipFile[] = [];
    for (const path of paths) {
      try {
        const finished = this.#finished.get(path);
        if (finished?.compressed === true && finished.state === stateAt(path)) {
          if (finished.record !== undefined) kept.add(finished.record);
          continue;
        }
        const file = await openShipFile(path);
        if (file === undefined) continue;
        const isThere = opened.some(({ inode, device }) => inode === file.inode && device === file.device);
        if (isThere) await closeQuietly(file.handle);
        else {
          opened.push(file);
          files.push(file);
        }
      } catch (error) {
        this.#unreadable.add(path, error);
      }
    }
    return files;
  }

  #take({ device, inode }: ShipFile): boolean {
    const id = `${device}:${inode}`;
    if ((this.#taken.get(id) ?? this) !== this) return false;
    this.#taken.set(id, this);
    return true;
  }

  #isFinished({ path, state, size, compressed }: ShipFile): boolean {
    return this.#finished.get(path)?.state === state || (size === 0 && !compressed);
  }

  #forgetMissing(there: ReadonlySet<DeliveredFile>): void {
    const missing = this.#records.filter((record) => !there.has(record));
    const forgotten = new Set(missing.slice(0, Math.max(0, missing.length - MAX_MISSING)));
    if (forgotten.size > 0) this.#records = this.#records.filter((record) => !forgotten.has(record));
  }

  #warnOfRewritten(files: readonly ShipFile[], records: ReadonlyMap<ShipFile, DeliveredFile>): void {
    for (const file of files) {
      if (records.has(file) || this.#isFinished(file)) continue;
      const former = this.#records.find(({ inode, device }) => inode === file.inode && device === file.device);
      if (former === undefined || file.path !== this.#path) continue;
      const what = `was delivered up to byte ${former.offset}, but holds something else there by now`;
      this.#report(`${file.path} ${what}: it is sent from its beginning`);
    }
  }

  async *#read(
    file: ShipFile,
    from: number,
    isLive: boolean,
    query: ResolvedQuery,
    matches: Matcher,
  ): AsyncGenerator<{ readonly items: readonly TelemetryItem[]; readonly offset: number; readonly near: Buffer }> {
    const start = file.compressed ? 0 : from;
    this.#current = start;
    const onRead = (bytes: number): void => {
      this.#current += bytes;
    };
    const bytes = file.compressed ? unzippedParts(file.handle, onRead) : bytesOf(file, start, onRead);
    let near =
      start > 0
        ? await readAt(file.handle, Math.max(0, start - NEAR_BYTES), Math.min(start, NEAR_BYTES))
        : Buffer.alloc(0);
    for await (const block of wholeLines(bytes, start, MAX_LINE_BYTES, (length) => this.#decoder.tooLong(length))) {
      const before = near;
      const whole = wholePart(block);
      near = Buffer.concat([before, whole.bytes.subarray(-NEAR_BYTES)]).subarray(-NEAR_BYTES);
      const offset = whole.start + whole.bytes.length;
      // somebody is writing this line, or was killed while doing so
      if (whole !== block && !isLive) this.#decoder.decode(restOf(block, offset), query, matches);
      if (offset <= from) continue;
      const rest = whole.start < from ? restOf(whole, from) : whole;
      yield { items: this.#decoder.decode(rest, query, matches).items, offset, near };
    }
  }
}
