import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Which calls of the file system fail, and how. */
export interface FaultOptions {
  /** Calls about this path, what is below it, or a descriptor that was opened there; others are left alone. */
  readonly under: string;
  /** The errno of the failure, such as `'EIO'`; `'SHORT'`: a write takes half of the bytes. */
  readonly code: string;
  /** The first call that fails, counted from 0; default 0. */
  readonly from?: number;
  /** How many calls fail from there on; default 1. */
  readonly count?: number;
  /** Only calls of functions of these names count; default: all. */
  readonly only?: RegExp;
}

type AnyFunction = (...args: unknown[]) => unknown;
type Functions = Record<string, unknown>;

// they watch, make classes, or call others of these
const LEFT_ALONE = /^(_|[A-Z])|^(watch|watchFile|unwatchFile|exists|createReadStream|createWriteStream|openAsBlob)$/;
const ERRNO: Readonly<Record<string, number>> = {
  EACCES: -13,
  EBUSY: -16,
  EDQUOT: -122,
  EEXIST: -17,
  EIO: -5,
  ELOOP: -40,
  EMFILE: -24,
  ENFILE: -23,
  ENOENT: -2,
  ENOSPC: -28,
  ENOTDIR: -20,
  ENOTEMPTY: -39,
  EPERM: -1,
  EROFS: -30,
  ESTALE: -116,
  EXDEV: -18,
};

/**
 * Has calls of `node:fs` and `node:fs/promises` in this process fail, until {@link FaultyFs.restore} is called. It covers
 * the synchronous functions, those with a callback, those with a promise, and file handles. A close that fails has closed
 * the descriptor all the same, as Linux does it.
 */
export class FaultyFs {
  /** All calls that counted, as `name path`. */
  readonly calls: string[] = [];
  /** Those of them that failed. */
  readonly failed: string[] = [];
  readonly #options: FaultOptions;
  readonly #under: string;
  readonly #paths = new Map<number, string>();
  readonly #undo: (() => void)[] = [];
  readonly #readlink = fs.readlinkSync;

  constructor(options: FaultOptions) {
    this.#options = options;
    this.#under = resolve(options.under);
    for (const name of Object.keys(fs)) {
      const original = (fs as unknown as Functions)[name];
      if (typeof original !== 'function' || LEFT_ALONE.test(name)) continue;
      const real = original as AnyFunction;
      const faulty = name.endsWith('Sync') ? this.#sync(name, real) : this.#callback(name, real);
      this.#replace(fs as unknown as Functions, name, faulty);
    }
    for (const [name, original] of Object.entries(fs.promises as unknown as Functions)) {
      if (typeof original !== 'function') continue;
      this.#replace(fs.promises as unknown as Functions, name, this.#promise(name, original as AnyFunction));
    }
    syncBuiltinESMExports();
  }

  /** From here on nothing fails. */
  restore(): void {
    for (const undo of this.#undo.splice(0)) undo();
    syncBuiltinESMExports();
  }

  #replace(holder: Functions, name: string, by: AnyFunction): void {
    const original = holder[name];
    holder[name] = Object.assign(by, original);
    this.#undo.push(() => {
      holder[name] = original;
    });
  }

  #sync(name: string, original: AnyFunction): AnyFunction {
    return (...args) => {
      const fault = this.#fault(name, args);
      if (fault === undefined) return this.#opened(name, args, original(...args));
      if (fault === 'SHORT') return original(...shortened(args));
      if (name === 'closeSync') original(...args);
      if (name === 'existsSync') return false;
      const options = args[1] as { force?: boolean; throwIfNoEntry?: boolean } | undefined;
      if (fault.code === 'ENOENT' && options?.throwIfNoEntry === false) return undefined;
      // somebody else has removed it: nothing of it stays, and nothing is wrong
      if (fault.code === 'ENOENT' && options?.force === true) return original(...args);
      throw fault;
    };
  }

  #callback(name: string, original: AnyFunction): AnyFunction {
    return (...args) => {
      const done = args.at(-1);
      if (typeof done !== 'function') return original(...args);
      const fault = this.#fault(name, args);
      if (fault === 'SHORT') return original(...shortened(args));
      if (fault !== undefined) {
        if (name === 'close') return original(args[0], () => (done as AnyFunction)(fault));
        return setImmediate(() => (done as AnyFunction)(fault));
      }
      return original(...args.slice(0, -1), (error: unknown, ...results: unknown[]) => {
        if (error === null) this.#opened(name, args, results[0]);
        (done as AnyFunction)(error, ...results);
      });
    };
  }

  #promise(name: string, original: AnyFunction): AnyFunction {
    return async (...args) => {
      const fault = this.#fault(name, args);
      if (fault !== undefined && fault !== 'SHORT') throw fault;
      const result = await original(...args);
      return name === 'open' ? this.#handle(result as fs.promises.FileHandle, String(args[0])) : result;
    };
  }

  #handle(handle: fs.promises.FileHandle, path: string): fs.promises.FileHandle {
    const methods = handle as unknown as Functions;
    for (const name of ['appendFile', 'chmod', 'close', 'datasync', 'read', 'readFile', 'readv', 'stat', 'sync']) {
      this.#wrapMethod(methods, name, handle, path);
    }
    for (const name of ['truncate', 'utimes', 'write', 'writeFile', 'writev']) {
      this.#wrapMethod(methods, name, handle, path);
    }
    if (this.#isUnder(path)) this.#paths.set(handle.fd, path);
    return handle;
  }

  #wrapMethod(methods: Functions, name: string, handle: object, path: string): void {
    const original = methods[name] as AnyFunction;
    methods[name] = async (...args: unknown[]) => {
      const fault = this.#fault(name, [path]);
      if (fault === 'SHORT') return original.apply(handle, shortened([0, ...args]).slice(1));
      if (fault !== undefined && name === 'close') await original.apply(handle, args);
      if (fault !== undefined) throw fault;
      return original.apply(handle, args);
    };
  }

  #opened(name: string, args: readonly unknown[], result: unknown): unknown {
    if (/^open(Sync)?$/.test(name) && typeof result === 'number') {
      const path = pathOf(args[0]);
      if (path !== undefined && this.#isUnder(path)) this.#paths.set(result, path);
      else this.#paths.delete(result);
    }
    return result;
  }

  #fault(name: string, args: readonly unknown[]): (Error & { code: string }) | 'SHORT' | undefined {
    const [first, second] = args;
    const path =
      typeof first === 'number'
        ? (this.#paths.get(first) ?? this.#openedBefore(first))
        : [pathOf(first), pathOf(second)].find((one) => one !== undefined && this.#isUnder(one));
    if (path === undefined || this.#options.only?.test(name) === false) return undefined;
    const { code, from = 0, count = 1 } = this.#options;
    const at = this.calls.push(`${name} ${path}`) - 1;
    if (at < from || at >= from + count) return undefined;
    if (code === 'SHORT') return /^write(Sync)?$/.test(name) ? this.#note('SHORT', name, path) : undefined;
    const message = `${code}: injected, ${name.replace(/Sync$/, '')} '${path}'`;
    return this.#note(Object.assign(new Error(message), { code, errno: ERRNO[code] ?? -1, path }), name, path);
  }

  /** The path of a descriptor that was opened before calls fail. */
  #openedBefore(descriptor: number): string | undefined {
    try {
      const path = this.#readlink(`/proc/self/fd/${descriptor}`);
      return this.#isUnder(path) ? path : undefined;
    } catch {
      return undefined;
    }
  }

  #note<T>(fault: T, name: string, path: string): T {
    this.failed.push(`${name} ${path}`);
    return fault;
  }

  #isUnder(path: string): boolean {
    const whole = resolve(path);
    return whole === this.#under || whole.startsWith(this.#under + sep);
  }
}

function pathOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (value instanceof URL && value.protocol === 'file:') return fileURLToPath(value);
  return undefined;
}

/** The arguments of a write of half of the bytes: `(descriptor, bytes, offset, length, …)`. */
function shortened(args: readonly unknown[]): unknown[] {
  const [descriptor, bytes, offset = 0, given, ...rest] = args;
  const length = typeof given === 'number' ? given : (bytes as Uint8Array).byteLength - (offset as number);
  return [descriptor, bytes, offset, Math.max(1, length >> 1), ...rest];
}
