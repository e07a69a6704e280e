import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { builtIn } from './built-in.js';
import { digestHex } from './hex.js';

/**
 * Who holds something on disk, and whether they still live. A holder is a thread rather than a process: a worker that was
 * terminated leaves things behind while its process goes on. On Linux a thread is known by its number and its start
 * time, to all processes of the same container. Elsewhere a process is known by its number; a thread of it by an
 * identifier that other threads can't look up.
 */

/** In which process numbers mean the same threads. */
export interface Place {
  readonly host: string;
  /** Changes with each start of the machine. */
  readonly boot: string;
  /** Distinguishes containers of one machine. */
  readonly namespace: string;
}

/** A thread of this place. */
export interface ThreadId {
  /** Of the thread, or of its process. */
  readonly id: number;
  /** Distinguishes it from a later one with the same number. */
  readonly start: number;
}

const MAX_HOST_CHARACTERS = 64;

let place: Place | undefined;

/** This machine, since it was started, and this container of it. */
export function currentPlace(): Place {
  place ??= {
    host: hostname()
      .replace(/[^A-Za-z0-9]/g, '-')
      .slice(0, MAX_HOST_CHARACTERS),
    boot: digest(attempt(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8')) ?? ''),
    namespace: digest(attempt(() => readlinkSync('/proc/self/ns/pid')) ?? ''),
  };
  return place;
}

/** The thread that calls. */
export function currentThread(): ThreadId {
  // "1234/task/1240"
  const id = Number(
    attempt(() => readlinkSync('/proc/thread-self'))
      ?.split('/')
      .at(-1),
  );
  const start = Number.isInteger(id) ? startOf(id) : undefined;
  return start === undefined || Number.isNaN(start)
    ? { id: process.pid, start: builtIn.workerThreads.threadId }
    : { id, start };
}

/** Whether a thread of this place lives; `undefined` if that can't be known. */
export function isThreadAlive({ id, start }: ThreadId): boolean | undefined {
  const found = startOf(id);
  if (found !== undefined) return found === start;
  // no such thread, if threads can be looked up here
  if (startOf(process.pid) !== undefined && startOf(id) === undefined) return false;
  if (id === process.pid) return start === builtIn.workerThreads.threadId ? true : undefined;
  try {
    process.kill(id, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return start === 0 ? true : undefined;
}

/** When a thread started, in ticks since the machine did; `NaN` if it has ended, `undefined` if nothing is known of it. */
function startOf(id: number): number | undefined {
  const stat = attempt(() => readFileSync(`/proc/${id}/stat`, 'utf8'));
  if (stat === undefined) return undefined;
  // the name in parentheses may hold anything; then come the state, and as the 20th from there the start time
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // ended, but its parent did not ask how
  return fields[0] === 'Z' || fields[0] === 'X' ? Number.NaN : Number(fields[19]);
}

function digest(text: string): string {
  return digestHex(text, 8);
}

function attempt<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch {
    return undefined;
  }
}
