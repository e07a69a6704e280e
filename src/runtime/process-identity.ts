import { isMainThread, threadId } from 'node:worker_threads';
import type { AnyValueMap } from '../model/any-value.js';

/**
 * What tells the items of a worker thread, or of one process of a cluster, from those of its siblings; nothing for a
 * process that is alone. Names of OpenTelemetry's semantic conventions.
 */
export function processIdentity(): AnyValueMap | undefined {
  if (!isMainThread) return Object.freeze({ 'process.pid': process.pid, 'thread.id': threadId });
  // forked processes, those of a cluster among them, have a channel to their parent
  if (process.send !== undefined) return Object.freeze({ 'process.pid': process.pid });
  return undefined;
}
