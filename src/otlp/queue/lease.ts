import { lstatSync, lutimesSync, readdirSync, renameSync, type Stats } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { toError } from '../../model/errors.js';
import { randomHex } from '../../runtime/hex.js';
import { currentPlace, currentThread, isThreadAlive } from '../../runtime/liveness.js';
import { checkPrivateDirectory } from '../../runtime/private-file.js';
import type { OtlpProtocol, Signal } from '../config/settings.js';

/** Of another machine or container, without a sign of life for so long: taken for dead. */
const STALE_MILLIS = 60_000;
/** How often a lease is to be renewed. */
export const RENEW_MILLIS = 10_000;

const ENCODINGS: Readonly<Record<string, OtlpProtocol>> = { pb: 'http/protobuf', json: 'http/json' };

/** signal.encoding.created.host-boot-namespace.thread.start.random */
const NAME = /^(logs|metrics)\.(pb|json)\.(\d{1,15})\.([A-Za-z0-9-]*)\.(\d{1,15})\.(\d{1,15})\.([0-9a-f]+)$/;
const PLACE = /^(.*)-([0-9a-f]{8})-([0-9a-f]{8})$/;

/** A directory of requests of one signal and encoding, which this thread holds. */
export interface Lease {
  readonly path: string;
  readonly protocol: OtlpProtocol;
}

/** Paths of directories that a holder in this thread gave up, but could not rename. */
const givenUp = new Set<string>();

interface Parsed {
  readonly name: string;
  readonly protocol: OtlpProtocol;
  readonly created: number;
  readonly holder: string;
  readonly id: number;
  readonly start: number;
}

/** What was seen of a lease whose holder can't be looked up. */
interface Watched {
  readonly renewed: number;
  readonly since: number;
}

/**
 * Which thread uses which directory below the one of the queue: its name says so. A thread makes a directory of its own,
 * and takes over those of threads and processes that have ended, by renaming them, which but one can do.
 *
 * - A holder of this machine and container is known by its thread: what it left is taken over at once.
 * - What was left before this machine was started again is taken over at once as well.
 * - A holder elsewhere renews the time of its directory. It is taken for dead if that does not change for a minute, by the
 *   monotonic clock of whoever looks; or if it is over a minute old when this thread begins to look. A time in the future
 *   is no sign of life.
 * - The time in a name orders what is taken over, and does nothing else.
 */
export class Leases {
  readonly #directory: string;
  readonly #signal: Signal;
  readonly #onDamage: (what: string) => void;
  readonly #monotonic: () => number;
  readonly #held = new Set<string>();
  readonly #foreign = new Set<string>();
  readonly #watched = new Map<string, Watched>();
  #isFirst = true;
  #others: string[] = [];

  constructor(
    directory: string,
    signal: Signal,
    onDamage: (what: string) => void,
    monotonic: () => number = () => performance.now(),
  ) {
    this.#directory = resolve(directory);
    this.#signal = signal;
    this.#onDamage = onDamage;
    this.#monotonic = monotonic;
  }

  /** Directories of this signal that others held when {@link adopt} was last called. */
  get others(): number {
    return this.#others.length;
  }

  /** A new directory, which whoever writes to it makes. */
  make(protocol: OtlpProtocol): Lease {
    const name = this.#name(protocol, Date.now());
    this.#held.add(name);
    return { path: join(this.#directory, name), protocol };
  }

  /** Takes over what threads and processes that have ended left, the oldest first. Never throws. */
  adopt(): Lease[] {
    const free: Parsed[] = [];
    const others: string[] = [];
    // if there is none yet, or it can't be read, that is reported when it is written to
    for (const name of namesIn(this.#directory)) {
      const parsed = parse(name, this.#signal);
      if (parsed === undefined || this.#held.has(name) || this.#foreign.has(name)) continue;
      if (this.#isInUse(parsed)) others.push(name);
      else free.push(parsed);
    }
    this.#isFirst = false;
    this.#others = others;
    for (const name of this.#watched.keys()) if (!others.includes(name)) this.#watched.delete(name);
    free.sort((a, b) => a.created - b.created);
    return free.map((parsed) => this.#take(parsed)).filter((lease) => lease !== undefined);
  }

  /** Bytes in the directories of others. */
  bytesOfOthers(): number {
    let bytes = 0;
    for (const name of this.#others) {
      const directory = join(this.#directory, name);
      for (const file of namesIn(directory)) bytes += statOf(join(directory, file))?.size ?? 0;
    }
    return bytes;
  }

  /** Says that the holder of a directory is alive. */
  renew({ path }: Lease): void {
    const now = Date.now() / 1000;
    try {
      lutimesSync(path, now, now);
    } catch {
      // a directory that is not there yet, or was removed, is made when something is to be written
    }
  }

  /** Leaves a directory to whoever comes next. */
  release({ path, protocol }: Lease): void {
    const name = basename(path);
    this.#held.delete(name);
    const created = parse(name, this.#signal)?.created ?? Date.now();
    const free = join(this.#directory, nameOf(this.#signal, protocol, created, '', 0, 0));
    if (!rename(path, free)) givenUp.add(path);
  }

  /** Holds a directory no longer that is gone. */
  forget({ path }: Lease): void {
    this.#held.delete(basename(path));
  }

  #take({ name, protocol, created }: Parsed): Lease | undefined {
    const from = join(this.#directory, name);
    try {
      checkPrivateDirectory(from);
    } catch (error) {
      // somebody else was faster
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      this.#foreign.add(name);
      this.#onDamage(`${from} is left as it is: ${toError(error).message}`);
      return undefined;
    }
    const own = this.#name(protocol, created);
    if (!rename(from, join(this.#directory, own))) return undefined;
    givenUp.delete(from);
    this.#held.add(own);
    const lease = { path: join(this.#directory, own), protocol };
    this.renew(lease);
    return lease;
  }

  #isInUse({ name, holder, id, start }: Parsed): boolean {
    if (holder === '' || givenUp.has(join(this.#directory, name))) return false;
    const here = currentPlace();
    const [, host, boot, namespace] = PLACE.exec(holder) ?? [];
    if (host === here.host && boot !== here.boot) return false;
    if (host === here.host && namespace === here.namespace) {
      const isAlive = isThreadAlive({ id, start });
      if (isAlive !== undefined) return isAlive;
    }
    return this.#showsLife(name);
  }

  #showsLife(name: string): boolean {
    const stats = statOf(join(this.#directory, name));
    if (stats?.isDirectory() !== true) return false;
    const renewed = stats.mtimeMs;
    if (this.#isFirst && Date.now() - renewed > STALE_MILLIS) return false;
    const before = this.#watched.get(name);
    const now = this.#monotonic();
    if (before?.renewed === renewed) return now - before.since < STALE_MILLIS;
    this.#watched.set(name, { renewed, since: now });
    return true;
  }

  #name(protocol: OtlpProtocol, created: number): string {
    const { host, boot, namespace } = currentPlace();
    const { id, start } = currentThread();
    return nameOf(this.#signal, protocol, created, `${host}-${boot}-${namespace}`, id, start);
  }
}

function nameOf(
  signal: Signal,
  protocol: OtlpProtocol,
  created: number,
  holder: string,
  id: number,
  start: number,
): string {
  const encoding = protocol === 'http/json' ? 'json' : 'pb';
  const time = Math.max(0, Math.floor(created));
  return `${signal}.${encoding}.${time}.${holder}.${id}.${start}.${randomHex(4)}`;
}

function parse(name: string, signal: Signal): Parsed | undefined {
  const match = NAME.exec(name);
  if (match === null || match[1] !== signal) return undefined;
  const [, , encoding = '', created, holder = '', id, start] = match;
  const protocol = ENCODINGS[encoding] as OtlpProtocol;
  return { name, protocol, created: Number(created), holder, id: Number(id), start: Number(start) };
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

function statOf(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

function rename(from: string, to: string): boolean {
  try {
    renameSync(from, to);
    return true;
  } catch {
    return false;
  }
}
