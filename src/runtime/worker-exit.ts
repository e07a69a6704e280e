import type { Worker } from 'node:worker_threads';
import { inBackground } from './background.js';

const listeners = new Set<() => void>();

/** Calls `run` whenever a worker thread that this thread starts from now on has ended; returns what ends that. */
export function onWorkerExit(run: () => void): () => void {
  // one listener for all: Node warns of more than ten
  if (listeners.size === 0) process.on('worker', watch);
  listeners.add(run);
  return () => {
    listeners.delete(run);
    if (listeners.size === 0) process.off('worker', watch);
  };
}

function watch(worker: Worker): void {
  worker.once('exit', () => {
    for (const run of listeners) inBackground(run);
  });
}
