import { closeSync, constants, fchmodSync, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { StorageError } from '../../model/errors.js';
import { makeDirectory } from '../../runtime/make-directory.js';
import { nextTurn } from '../../runtime/turn.js';
import type { SqlDriver } from '../sql/dialect.js';
import { type Outcome, runSync, type Statement, type Work } from '../sql/work.js';
import { type SqliteDatabase, type SqliteStatement, sqlitePackage } from './packages.js';

/** How long another process that writes is waited for, in milliseconds; after that the sink's queue tries again. */
const BUSY_MILLIS = 500;

interface Open {
  readonly database: SqliteDatabase;
  readonly prepared: Map<string, SqliteStatement>;
  /** The file that is open, and its write-ahead log once there is one. */
  readonly file: string;
  log: string | undefined;
}

/** How a file is opened. */
export interface DriverOptions {
  readonly isDurable: boolean;
  /** Whether nothing is changed: neither the file, nor its kind of log. */
  readonly isReadOnly: boolean;
  /** Of a database that is made; default: what SQLite and the umask say. */
  readonly mode: number | undefined;
}

/** Does work in an SQLite file at once; opens the file anew if it was removed or replaced. */
export class SqliteDriver implements SqlDriver {
  readonly shownAs: string;
  readonly #path: string;
  readonly #isDurable: boolean;
  readonly #isReadOnly: boolean;
  readonly #mode: number | undefined;
  #generation = 0;
  #open: Open | undefined;

  constructor(path: string, { isDurable, isReadOnly, mode }: DriverOptions) {
    this.#path = path;
    this.#mode = mode;
    this.shownAs = path;
    this.#isDurable = isDurable;
    this.#isReadOnly = isReadOnly;
  }

  get generation(): number {
    return this.#generation;
  }

  run<T>(work: () => Work<T>, writes: boolean): T {
    const open = this.#ready();
    const result = runSync(work(), (statement) => execute(open, statement));
    // what went into a file that nobody can find any more is written again
    if (writes && this.#hasMoved(open)) {
      throw new StorageError(`SqliteStorage: ${this.#path} was removed or replaced while it was written`);
    }
    open.log ??= identityOf(`${this.#path}-wal`);
    return result;
  }

  breathe(): Promise<void> {
    return nextTurn();
  }

  async close(): Promise<void> {
    const open = this.#open;
    this.#open = undefined;
    if (open === undefined) return;
    if (!this.#isReadOnly && !this.#hasMoved(open)) emptyLog(open.database);
    open.database.close();
  }

  #hasMoved({ file, log }: Open): boolean {
    return identityOf(this.#path) !== file || (log !== undefined && identityOf(`${this.#path}-wal`) !== log);
  }

  #ready(): Open {
    if (this.#open !== undefined) {
      if (!this.#hasMoved(this.#open)) return this.#open;
      const { database } = this.#open;
      this.#open = undefined;
      try {
        database.close();
      } catch {
        // its file is gone
      }
    }
    const { open } = sqlitePackage();
    if (this.#isReadOnly) {
      if (identityOf(this.#path) === undefined)
        throw new StorageError(`SqliteStorage: expected a database at ${this.#path}, there is none`);
      return this.#opened(new open(this.#path), ['query_only = ON']);
    }
    makeDirectory(dirname(this.#path));
    // an empty file is an empty database, whose mode SQLite gives to its log as well
    if (this.#mode !== undefined) makeFile(this.#path, this.#mode);
    return this.#opened(new open(this.#path), [
      // readers don't wait for writers, nor writers for readers
      'journal_mode = WAL',
      // of the write-ahead log: with NORMAL it outlives the process, with FULL a power cut as well
      `synchronous = ${this.#isDurable ? 'FULL' : 'NORMAL'}`,
    ]);
  }

  #opened(database: SqliteDatabase, pragmas: readonly string[]): Open {
    try {
      for (const pragma of [`busy_timeout = ${BUSY_MILLIS}`, ...pragmas]) database.exec(`PRAGMA ${pragma}`);
      const file = identityOf(this.#path);
      if (file === undefined) throw new StorageError(`SqliteStorage: ${this.#path} was removed while it was opened`);
      this.#open = { database, prepared: new Map(), file, log: undefined };
    } catch (error) {
      database.close();
      throw error;
    }
    this.#generation += 1;
    return this.#open;
  }
}

/** Writes the log into the database, as `libsql` doesn't when it closes; not if others use it just now. */
function emptyLog(database: SqliteDatabase): void {
  try {
    for (const pragma of ['busy_timeout = 0', 'wal_checkpoint(TRUNCATE)']) database.exec(`PRAGMA ${pragma}`);
  } catch {
    // the log stays, and is read with the database
  }
}

function execute({ database, prepared }: Open, { sql, cells, does, isRepeated }: Statement): Outcome {
  if (does === 'script') {
    database.exec(sql);
    return { rows: [], changes: 0 };
  }
  let statement = prepared.get(sql);
  if (statement === undefined) {
    statement = database.prepare(sql);
    if (isRepeated === true) prepared.set(sql, statement);
  }
  return does === 'read'
    ? { rows: statement.all(...cells) as object[], changes: 0 }
    : { rows: [], changes: Number(statement.run(...cells).changes) };
}

/** Makes a file with a mode, unless one is there. */
function makeFile(path: string, mode: number): void {
  let descriptor: number;
  try {
    descriptor = openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, mode);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return;
    throw error;
  }
  try {
    // the umask took something away
    fchmodSync(descriptor, mode);
  } catch {
    // a file system without modes
  } finally {
    closeSync(descriptor);
  }
}

/** Which file is at a path: device and inode. */
function identityOf(path: string): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false, bigint: true });
  return found === undefined ? undefined : `${found.dev}:${found.ino}`;
}
