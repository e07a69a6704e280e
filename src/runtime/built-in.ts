import type * as crypto from 'node:crypto';
import type * as fsPromises from 'node:fs/promises';
import type * as http from 'node:http';
import type * as https from 'node:https';
import type * as workerThreads from 'node:worker_threads';
import type * as zlib from 'node:zlib';

type Names = 'crypto' | 'fs/promises' | 'http' | 'https' | 'worker_threads' | 'zlib';
type Loaded = { [N in Names]?: unknown };

const loaded: Loaded = {};

/**
 * Built-in modules that take milliseconds to load, and that many programs never need: each is loaded when it is first
 * used, so that importing this library stays cheap. `process.getBuiltinModule` works in every module format and bundler,
 * and in Bun and Deno.
 */
export const builtIn = {
  get crypto(): typeof crypto {
    return load('crypto');
  },
  get fsPromises(): typeof fsPromises {
    return load('fs/promises');
  },
  get http(): typeof http {
    return load('http');
  },
  get https(): typeof https {
    return load('https');
  },
  get workerThreads(): typeof workerThreads {
    return load('worker_threads');
  },
  get zlib(): typeof zlib {
    return load('zlib');
  },
};

function load<M>(name: Names): M {
  // kept: asking for it again costs far more than a property
  loaded[name] ??= process.getBuiltinModule(`node:${name}`);
  return loaded[name] as M;
}
