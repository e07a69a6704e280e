import type { AnyValueMap } from '../model/any-value.js';
import { builtIn } from './built-in.js';

/**
 * What distinguishes the items of one process, and of one worker thread, from others in the same file or database.
 * Names of OpenTelemetry's semantic conventions.
 */
export function processIdentity(): AnyValueMap {
  const process_ = { 'process.pid': process.pid };
  return Object.freeze(
    builtIn.workerThreads.isMainThread ? process_ : { ...process_, 'thread.id': builtIn.workerThreads.threadId },
  );
}
