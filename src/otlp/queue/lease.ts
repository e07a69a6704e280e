import { createHash, randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  statSync,
  utimesSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { basename, join, resolve } from 'node:path';
import type { OtlpProtocol, Signal } from '../config/settings.js';

/** A process of another machine or container that did not renew its claim for so long is taken for dead. */
const STALE_MILLIS = 60_000;
/** How often a claim is to be renewed. */
export const RENEW_MILLIS = 10_000;

const ENCODINGS: Readonly<Record<string, OtlpProtocol>> = { pb: 'http/protobuf', json: 'http/json' };

/** signal.encoding.created.host.pid.start.random */
const NAME = /^(logs|metrics)\.(pb|json)\.(\d+)\.([A-Za-z0-9-]*)\.(\d+)\.(\d+)\.([0-9a-f]+)$/;

/** A folder of requests of one signal and encoding. */
export interface OwnedFolder {
  readonly path: string;
  readonly protocol: OtlpProtocol;
}

/** What tells this machine since it was booted, and this container, from others in which process numbers mean others. */
let place: string | undefined;
function here(): string {
  if (place === undefined) {
    const read = (path: string, how: (path: string) => string): string => {
      try {
        return how(path);
      } catch {
        return '';
      }
    };
    const boot = read('/proc/sys/kernel/random/boot_id', (path) => readFileSync(path, 'utf8'));
    const namespace = read('/proc/self/ns/pid', readlinkSync);
    const digest = createHash('sha256').update(`${boot} ${namespace}`).digest('hex').slice(0, 8);
    place = `${hostname().replace(/[^A-Za-z0-9]/g, '-')}-${digest}`;
  }
  return place;
}

/**
 * Which process uses which folder below a directory: the name tells. A process makes a folder of its own, and takes over
 * those of processes that are gone, by renaming them, which but one can do.
 */
export class QueueOwner {
  readonly #directory: string;
  readonly #signal: Signal;
  readonly #start = startOf(process.pid) ?? 0;

  constructor(directory: string, signal: Signal) {
    this.#directory = resolve(directory);
    this.#signal = signal;
  }

  /** Makes a new folder. */
  make(protocol: OtlpProtocol): OwnedFolder {
    const path = join(this.#directory, this.#name(protocol, Date.now()));
    mkdirSync(path, { recursive: true, mode: 0o700 });
    return { path, protocol };
  }

  /** Takes over what processes that are gone left, the oldest first. */
  adopt(): OwnedFolder[] {
    const found: { readonly created: number; readonly folder: OwnedFolder }[] = [];
    for (const name of namesIn(this.#directory)) {
      const match = NAME.exec(name);
      if (match === null || match[1] !== this.#signal) continue;
      const [, , encoding = '', created, host = '', pid, start] = match;
      const from = join(this.#directory, name);
      if (isInUse(from, host, Number(pid), Number(start))) continue;
      const protocol = ENCODINGS[encoding] as OtlpProtocol;
      const path = join(this.#directory, this.#name(protocol, Number(created)));
      if (rename(from, path)) found.push({ created: Number(created), folder: { path, protocol } });
    }
    return found.sort((a, b) => a.created - b.created).map(({ folder }) => folder);
  }

  /** Says that the owner of a folder is alive. */
  renew({ path }: OwnedFolder): void {
    const now = Date.now() / 1000;
    try {
      utimesSync(path, now, now);
    } catch {
      // a folder that was removed is made anew when something is to be written
    }
  }

  /** Leaves a folder to whoever comes next. */
  release({ path, protocol }: OwnedFolder): void {
    const created = Number(NAME.exec(basename(path))?.[3] ?? Date.now());
    if (existsSync(path)) rename(path, join(this.#directory, nameOf(this.#signal, protocol, created, '', 0, 0)));
  }

  #name(protocol: OtlpProtocol, created: number): string {
    return nameOf(this.#signal, protocol, created, here(), process.pid, this.#start);
  }
}

function nameOf(signal: Signal, protocol: OtlpProtocol, created: number, host: string, pid: number, start: number) {
  const encoding = protocol === 'http/json' ? 'json' : 'pb';
  return `${signal}.${encoding}.${created}.${host}.${pid}.${start}.${randomBytes(4).toString('hex')}`;
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    // there is none yet, or what is there is told of when it is written to
    return [];
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

function isInUse(path: string, host: string, pid: number, start: number): boolean {
  if (host === '') return false;
  if (host === here()) return startOf(pid) === start;
  const touched = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return Date.now() - touched < STALE_MILLIS;
}

/** What tells a process from another that got its number later; `undefined` where there is no such process. */
function startOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // the name in parentheses may hold anything; field 22 is the start time in clock ticks
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
  } catch {
    if (existsSync('/proc/self/stat')) return undefined;
  }
  try {
    process.kill(pid, 0);
    return 0;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM' ? 0 : undefined;
  }
}
