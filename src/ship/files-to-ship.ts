import { dirname } from 'node:path';
import { closeQuietly } from '../storage/file/open-if-there.js';
import { segmentsOf } from '../storage/file/segments.js';
import { targetOf } from '../storage/real-path.js';
import {
  type DeliveredFile,
  isCopyOf,
  openShipFile,
  recordsOf,
  type ShipFile,
  startsLikeRimp,
  stateAt,
} from './delivered-file.js';
import { siblingsOf } from './siblings.js';
import type { UnreadableFiles } from './unreadable-files.js';

/** Records of files that are not there, or not now, which a cursor keeps. */
const MAX_MISSING = 64;

/** A file to be read, and from where. */
export interface ReadTask {
  readonly file: ShipFile;
  readonly record: DeliveredFile | undefined;
}

/** A file as it was when it was read to its end. */
interface FinishedFile {
  readonly state: string;
  readonly record: DeliveredFile | undefined;
  readonly compressed: boolean;
}

/** Finds the files that a source has to read, those that rotation closed included, and keeps a record of each. */
export class FilesToShip {
  readonly #path: string;
  readonly #taken: Map<string, FilesToShip>;
  readonly #unreadable: UnreadableFiles;
  readonly #report: (what: string) => void;
  /** Files that were read to their ends, by path. */
  readonly #finished = new Map<string, FinishedFile>();
  /** The records of all files, the one that was read last at the end. */
  #records: readonly DeliveredFile[] = [];

  /**
   * @param path - the file that is written to.
   * @param taken - the files of a run by device and inode, with whoever reads each: none is read twice.
   * @param report - is called with what goes wrong.
   */
  constructor(
    path: string,
    taken: Map<string, FilesToShip>,
    unreadable: UnreadableFiles,
    report: (what: string) => void,
  ) {
    this.#path = path;
    this.#taken = taken;
    this.#unreadable = unreadable;
    this.#report = report;
  }

  /** Goes on from these records. */
  start(records: readonly DeliveredFile[]): void {
    this.#records = records;
  }

  /** Notes how far a file is delivered, in the place of its former record; returns all records. */
  note(former: DeliveredFile | undefined, next: DeliveredFile): readonly DeliveredFile[] {
    this.#records = [...this.#records.filter((one) => one !== former), next];
    return this.#records;
  }

  /** Notes that a file was read to its end: it is not read again as long as it stays as it is. */
  finish({ path, state, compressed }: ShipFile, record: DeliveredFile | undefined): void {
    this.#finished.set(path, { state, record, compressed });
  }

  /** What is to be read now, the oldest first; all that is opened is added to `opened`. */
  async tasks(opened: ShipFile[]): Promise<ReadTask[]> {
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
}
