import { existsSync, readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { digestHex } from './hex.js';

/** A process as a file can name it, so that another process finds out later whether it still lives. */
export interface ProcessHolder {
  readonly host: string;
  /** Of this boot of the machine; empty if the system has none. */
  readonly boot: string;
  /** Of the process numbers: a container has its own. */
  readonly namespace: string;
  readonly pid: number;
  /** When it started, in clock ticks: a process that got its number later has another one. 0 if that is not known. */
  readonly start: number;
}

let own: ProcessHolder | undefined;

/** This process. */
export function thisProcess(): ProcessHolder {
  own ??= {
    host: hostname().replace(/[^\w.-]/g, '-') || '-',
    boot: shortOf(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8')),
    namespace: shortOf(() => readlinkSync('/proc/self/ns/pid')),
    pid: process.pid,
    start: startOf(process.pid) ?? 0,
  };
  return own;
}

/**
 * Whether a process still lives; `'unknown'` if that can't be seen from here: it is of another machine or container, or
 * the system doesn't say when a process started.
 */
export function stateOf(holder: ProcessHolder): 'alive' | 'gone' | 'unknown' {
  const here = thisProcess();
  if (holder.host === here.host && holder.boot !== here.boot) return 'gone';
  if (holder.boot !== here.boot || holder.namespace !== here.namespace) return 'unknown';
  if (here.boot === '' && holder.host !== here.host) return 'unknown';
  const start = startOf(holder.pid);
  if (start === undefined) return 'gone';
  if (start === 0 || holder.start === 0) return 'unknown';
  return start === holder.start ? 'alive' : 'gone';
}

/** When a process started; 0 if the system doesn't say, `undefined` if there is no such process. */
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

function shortOf(read: () => string): string {
  try {
    return digestHex(read(), 8);
  } catch {
    return '';
  }
}
