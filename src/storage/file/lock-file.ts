import { linkSync, lstatSync, openSync, readFileSync, renameSync, rmSync, utimesSync, writeSync } from 'node:fs';
import { randomHex } from '../../runtime/hex.js';
import { closeQuietly } from '../../runtime/private-file.js';
import { type ProcessHolder, stateOf, thisProcess } from '../../runtime/process-holder.js';

/*
 * A lock between processes: a file that only one can make. It names its holder:
 *
 *     pid start boot namespace host token
 *
 * - A holder that is known to be gone is followed at once. One that can't be looked at, or that lives but stands still,
 *   is followed if its file was not renewed for 30 seconds, by the wall clock in either direction or as seen from here.
 * - Taking over renames the file aside, which only one process can do, and looks at what it got: if that is not what was
 *   judged, somebody else was faster, and gets it back.
 * - What is done under a lock must be harmless if two processes hold it for a moment after all; the lock saves work.
 *   Long work asks `isMine` before each step that others see.
 */

const STALE_MILLIS = 30_000;
const RENEW_MILLIS = 5_000;
/** There is no room for a lock's content: it is judged by its age alone. */
const NO_ROOM: ReadonlySet<string | undefined> = new Set(['ENOSPC', 'EDQUOT']);

/** See above. */
export class LockFile {
  readonly path: string;
  readonly #token = randomHex(6);
  #held = false;
  #mayBeLeft = false;
  #inode = 0;
  #renewedAt = 0;
  /** The lock of somebody else that was seen last, and since when it is as it is. */
  #seen: { readonly what: string; readonly since: number } | undefined;

  constructor(path: string) {
    this.path = path;
  }

  /**
   * Takes the lock; false if somebody else has it.
   *
   * @throws the error of the file system if it can't be made.
   */
  take(): boolean {
    if (this.#held && this.isMine()) return true;
    this.#held = false;
    if (this.#make()) return true;
    const content = this.#read();
    if (content === undefined) return this.#make();
    // left by ourselves, as it could not be removed
    if (tokenOf(content) === this.#token) {
      this.#hold();
      return true;
    }
    if (!this.#isStale(content)) return false;
    return this.#takeAway(content) && this.#make();
  }

  /** Whether nobody else has taken it over. */
  isMine(): boolean {
    if (!this.#held) return false;
    try {
      const content = readFileSync(this.path, 'utf8');
      return content === '' ? lstatSync(this.path).ino === this.#inode : tokenOf(content) === this.#token;
    } catch {
      return false;
    }
  }

  /** Says that the holder is alive; to be called now and then in long work. False if the lock is lost. */
  renew(): boolean {
    const now = performance.now();
    if (this.#held && now - this.#renewedAt < RENEW_MILLIS) return true;
    if (!this.isMine()) return false;
    this.#renewedAt = now;
    try {
      utimesSync(this.path, new Date(), new Date());
    } catch {
      // others may take it over, which the next step notices
    }
    return true;
  }

  /** Never throws: a lock that can't be removed is tried again at {@link close}, or its holder is found to be gone. */
  release(): void {
    if (!this.#held) return;
    this.#mayBeLeft = true;
    this.close();
    this.#held = false;
  }

  /** Removes a lock that could not be removed when it was released. */
  close(): void {
    if (!this.#mayBeLeft) return;
    try {
      const content = this.#read();
      const isOurs = content === undefined || content === '' ? this.isMine() : tokenOf(content) === this.#token;
      if (isOurs) rmSync(this.path, { force: true });
      this.#mayBeLeft = false;
    } catch {
      // as said
    }
  }

  #make(): boolean {
    let descriptor: number;
    try {
      descriptor = openSync(this.path, 'wx', 0o644);
    } catch (error) {
      if (codeOf(error) === 'EEXIST') return false;
      throw error;
    }
    try {
      writeSync(descriptor, lineOf(thisProcess(), this.#token));
    } catch (error) {
      if (!NO_ROOM.has(codeOf(error))) {
        remove(this.path);
        throw error;
      }
    } finally {
      closeQuietly(descriptor);
    }
    this.#hold();
    return true;
  }

  #hold(): void {
    this.#held = true;
    this.#renewedAt = performance.now();
    this.#inode = inodeAt(this.path);
    this.#seen = undefined;
  }

  #read(): string | undefined {
    try {
      return readFileSync(this.path, 'utf8');
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined;
      throw error;
    }
  }

  #isStale(content: string): boolean {
    const holder = holderOf(content);
    if (holder !== undefined && stateOf(holder) === 'gone') return true;
    const other = lstatSync(this.path, { throwIfNoEntry: false });
    if (other === undefined) return true;
    // a holder renews its lock: a time far in the future is that of a clock that was set back since
    if (Math.abs(Date.now() - other.mtimeMs) >= STALE_MILLIS) return true;
    const what = `${other.ino} ${other.mtimeMs} ${content}`;
    const now = performance.now();
    if (this.#seen?.what !== what) this.#seen = { what, since: now };
    return now - this.#seen.since >= STALE_MILLIS;
  }

  /** Removes a lock that was judged; false if it was another one by then. */
  #takeAway(judged: string): boolean {
    const aside = `${this.path}.${this.#token}`;
    try {
      renameSync(this.path, aside);
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return true;
      throw error;
    }
    try {
      if (readFileSync(aside, 'utf8') === judged) return true;
      linkSync(aside, this.path);
      return false;
    } catch {
      // somebody has a new one already
      return false;
    } finally {
      remove(aside);
    }
  }
}

function lineOf({ pid, start, boot, namespace, host }: ProcessHolder, token: string): string {
  return `${pid} ${start} ${boot || '-'} ${namespace || '-'} ${host} ${token}\n`;
}

function holderOf(content: string): ProcessHolder | undefined {
  const [pid, start, boot, namespace, host, token] = content.trimEnd().split(' ');
  if (token === undefined || host === undefined) return undefined;
  const known = (text: string | undefined): string => (text === undefined || text === '-' ? '' : text);
  return { pid: Number(pid), start: Number(start), boot: known(boot), namespace: known(namespace), host };
}

function tokenOf(content: string): string | undefined {
  return content.trimEnd().split(' ')[5];
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}

/** 0 if it can't be looked at: then a lock without content is nobody's. */
function inodeAt(path: string): number {
  try {
    return lstatSync(path).ino;
  } catch {
    return 0;
  }
}

function remove(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // whoever finds it sees how old it is
  }
}
