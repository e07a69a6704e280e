import {
  accessSync,
  closeSync,
  constants,
  createReadStream,
  existsSync,
  lstatSync,
  openSync,
  readdirSync,
  readSync,
  statSync,
} from 'node:fs';
import type { Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { databaseOfUrl, isSqliteName } from '../../model/database-url.js';
import { toError } from '../../model/errors.js';
import { showUrl } from '../../model/show-url.js';
import { segmentsOf } from '../../storage/file/segments.js';
import { targetOf } from '../../storage/real-path.js';
import { SQLITE_HEAD } from '../../storage/sqlite/file-head.js';
import { UsageError } from '../values.js';
import { AwaitedItems } from './awaited-source.js';
import { FileItems } from './file-source.js';
import { MergedItems } from './merged-source.js';
import type { ItemSource } from './source.js';
import { StreamItems } from './stream-source.js';
import { UnreadableFile } from './unreadable-file.js';

export interface OpenOptions {
  /** Whether lines of standard input that are no JSON become items. */
  readonly keepsPlain?: boolean;
  /** Whether a file may be missing, as it is waited for. */
  readonly waits?: boolean;
}

/**
 * Opens what SOURCE… names.
 *
 * @throws UsageError if there is no such thing.
 */
export async function openSources(names: readonly string[], options: OpenOptions = {}): Promise<ItemSource> {
  const sources: ItemSource[] = [];
  try {
    await openAll(names, options, sources);
  } catch (error) {
    // what is open, such as a pipe, would keep the process
    for (const source of sources) await source.close();
    throw error;
  }
  return sources.length === 1 ? (sources[0] as ItemSource) : new MergedItems(sources);
}

async function openAll(names: readonly string[], options: OpenOptions, sources: ItemSource[]): Promise<void> {
  const patterns = names.map((name) => (isPattern(name) ? filesLike(name) : undefined));
  const paths = names.flatMap((name, index) => patterns[index] ?? [name]);
  const likePattern = new Set(patterns.flatMap((files) => files ?? []));
  const segments = new Set(paths.filter((path) => existsSync(path)).flatMap(segmentPathsOf));
  const seen = new Set<string>();
  for (const path of paths) {
    const id = identityOf(path);
    // a pattern that names a file names what rotation closed of it as well
    if (seen.has(id) || segments.has(id)) continue;
    seen.add(id);
    // one file of many must not hide the others, whether the shell or this program has found them
    const isOneOfMany = paths.length > 1 || likePattern.has(path);
    if (isOneOfMany && isThere(path) && !isReadableFile(path)) sources.push(new UnreadableFile(path));
    else sources.push(await openOne(path, options));
  }
  if (likePattern.size === 0 && sources.every((source) => source instanceof UnreadableFile))
    await openOne(paths[0] as string, options);
}

async function openOne(name: string, { keepsPlain = false, waits = false }: OpenOptions): Promise<ItemSource> {
  if (name === '-') return new StreamItems('standard input', process.stdin, keepsPlain);
  if (databaseOfUrl(name) !== undefined) return databaseAt(name);
  if (/^https?:\/\//i.test(name)) return serverAt(name);
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(name))
    throw new UsageError(
      `expected SOURCE to be a file, -, or a URL with postgres://, clickhouse:// or http://, got ${showUrl(name)}`,
    );
  const found = statSync(name, { throwIfNoEntry: false });
  if (found?.isDirectory() === true)
    throw new UsageError(`expected SOURCE to be a file, ${name} is a directory: give "${join(name, '*.jsonl')}"`);
  if (found === undefined && segmentsOf(name).length === 0 && !waits)
    throw new UsageError(`expected SOURCE to be a file, there is none at ${name}`);
  if (found !== undefined && !found.isFile())
    return new StreamItems(name, found.isFIFO() ? await pipeAt(name) : createReadStream(name), keepsPlain);
  if (waits && isSqliteName(name) && (found?.size ?? 0) === 0)
    return new AwaitedItems(name, () => openOne(name, { keepsPlain }));
  const head = found === undefined ? Buffer.alloc(0) : headOf(name);
  if (head.toString('latin1').startsWith(SQLITE_HEAD)) return databaseAt(name);
  return new FileItems(name, head[0] === 0x1f && head[1] === 0x8b);
}

/** A named pipe. Opening one waits for whoever writes to it, and nothing ends that: so it is opened at once, and reading waits. */
async function pipeAt(path: string): Promise<Socket> {
  const { Socket } = await import('node:net');
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  return new Socket({ fd, readable: true, writable: false });
}

async function databaseAt(name: string): Promise<ItemSource> {
  const [{ openDatabase }, { StorageItems }] = await Promise.all([
    import('./open-database.js'),
    import('./storage-source.js'),
  ]);
  return new StorageItems(await openDatabase(name), showUrl(name));
}

async function serverAt(url: string): Promise<ItemSource> {
  if (!URL.canParse(url)) throw new UsageError(`expected SOURCE to be a URL, got ${showUrl(url)}`);
  const [{ RemoteStorage }, { StorageItems }] = await Promise.all([
    import('./remote-storage.js'),
    import('./storage-source.js'),
  ]);
  const { origin } = new URL(url);
  return new StorageItems(new RemoteStorage(origin, process.env.RIMP_TOKEN || undefined), origin);
}

function headOf(path: string): Buffer {
  const head = Buffer.alloc(16);
  try {
    const file = openSync(path, 'r');
    try {
      return head.subarray(0, readSync(file, head));
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw new UsageError(`expected SOURCE to be readable: ${toError(error).message}`);
  }
}

/** Whether a name is that of something in a directory, be it a link to nothing. */
function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

function isReadableFile(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return !statSync(path).isDirectory();
  } catch {
    return false;
  }
}

function segmentPathsOf(path: string): string[] {
  return segmentsOf(path)
    .map((segment) => segment.path)
    .filter((segment) => segment !== targetOf(path))
    .map(identityOf);
}

/** Device and inode of what is there, else the name itself. */
function identityOf(path: string): string {
  const found = path === '-' ? undefined : statSync(path, { throwIfNoEntry: false });
  return found === undefined ? path : `${found.dev}:${found.ino}`;
}

function isPattern(name: string): boolean {
  return /[*?]/.test(name) && !name.includes('://') && !existsSync(name);
}

/** Files that a pattern names, for shells that leave patterns alone: `*` and `?` in the last part of a path. */
function filesLike(pattern: string): string[] {
  const directory = dirname(pattern);
  const name = pattern.slice(pattern.lastIndexOf('/') + 1);
  if (/[*?]/.test(directory)) throw new UsageError(`expected * and ? in the last part of a path only, got ${pattern}`);
  const form = new RegExp(
    `^${name
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
  );
  const found = existsSync(directory) ? readdirSync(directory).filter((entry) => form.test(entry)) : [];
  // a link to nothing is a file that can't be read, too
  const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() ?? true;
  const files = found.map((entry) => join(directory, entry)).filter(isFile);
  if (files.length === 0) throw new UsageError(`expected SOURCE to be a file, none is like ${pattern}`);
  return files.sort();
}
