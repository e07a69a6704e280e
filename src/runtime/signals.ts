import { constants } from 'node:os';
import { setTimeout } from 'node:timers';
import { inBackground } from './background.js';
import { builtIn } from './built-in.js';
import { flushExitTargets, writeExitTargets } from './exit-hook.js';
import { type SignalState, type SignalWork, sharedState } from './shared-state.js';
import { monotonicNow } from './system-clock.js';
import { answerSignals, type WorkerThreads, watchWorkers } from './worker-signals.js';

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;
type Signal = (typeof SIGNALS)[number];

/** How long a signal's own work may wait for telemetry, in milliseconds. */
export const SIGNAL_TIMEOUT_MILLIS = 5_000;
/** How long the work may take beyond its own deadlines. */
const GRACE_MILLIS = 500;
/** How long a process that its signal does not end goes on before it is ended otherwise. */
const KILL_TIMEOUT_MILLIS = 500;

/**
 * Has something done at SIGTERM and SIGINT. The work of all who asked, in this thread and in worker threads, is begun at
 * once; when it is done, or after 5 seconds, the signal ends the process, unless the application listens to that signal
 * itself: then what follows is the application's.
 *
 * @returns a function that ends that.
 */
export function onSignals(work: SignalWork): () => void {
  const shared = sharedState();
  shared.signals ??= { work: new Set(), leave: undefined };
  const state = shared.signals;
  state.work.add(work);
  state.leave ??= builtIn.workerThreads.isMainThread
    ? listen(state)
    : answerSignals((ending) => runWork(state, ending));
  return () => {
    state.work.delete(work);
    if (state.work.size > 0) return;
    state.leave?.();
    state.leave = undefined;
  };
}

/** The work of one thread, and what else it still holds; never rejects. */
async function runWork(state: SignalState, ending: boolean): Promise<void> {
  const work = Array.from(state.work, async (run) => run(ending));
  await Promise.allSettled(work);
  if (ending) await flushExitTargets(monotonicNow() + SIGNAL_TIMEOUT_MILLIS);
}

/** Listens to signals, in the main thread. */
function listen(state: SignalState): () => void {
  const workers = watchWorkers();
  /** Listeners that were removed in this turn: those of `once` are gone before ours is called. */
  const removed: Record<Signal, number> = { SIGTERM: 0, SIGINT: 0 };
  let isBusy = false;
  let isStopped = false;
  const onRemoved = (name: string | symbol, listener: unknown): void => {
    if (!(name === 'SIGTERM' || name === 'SIGINT')) return;
    if (listener === handle) {
      // by `removeAllListeners`: at once, as a signal may come at any moment; it ends the process all the same
      start();
      return;
    }
    removed[name] += 1;
    queueMicrotask(() => {
      removed[name] -= 1;
    });
  };
  const handle = (signal: Signal): void => {
    const listening = process.listeners(signal).filter((listener) => listener !== handle).length;
    const others = listening + removed[signal] - deferring();
    const ending = others <= 0;
    // a second signal ends the process at once
    if (ending) stop();
    if (isBusy) return;
    isBusy = true;
    void inBackground(async () => {
      await bounded(Promise.all([runWork(state, ending), workers.run(ending, SIGNAL_TIMEOUT_MILLIS)]));
      isBusy = false;
      if (ending) endBy(signal, workers);
    });
  };
  const start = (): void => {
    if (isStopped) return;
    if (!isListening('removeListener', onRemoved)) process.on('removeListener', onRemoved);
    for (const signal of SIGNALS) if (!isListening(signal, handle)) process.on(signal, handle);
  };
  const stop = (): void => {
    isStopped = true;
    for (const signal of SIGNALS) process.removeListener(signal, handle);
    process.removeListener('removeListener', onRemoved);
  };
  start();
  return () => {
    stop();
    workers.close();
  };
}

function isListening(event: string, listener: unknown): boolean {
  return (process as NodeJS.EventEmitter).listeners(event).some((one) => one === listener);
}

/** Lets the signal end the process. */
function endBy(signal: Signal, workers: WorkerThreads): void {
  workers.close();
  writeExitTargets();
  const isHandled = process.listenerCount(signal) > deferring();
  process.kill(process.pid, signal);
  if (isHandled) return;
  // the first process of a container is not ended by a signal that nobody listens to
  setTimeout(() => process.exit(128 + constants.signals[signal]), process.pid === 1 ? 0 : KILL_TIMEOUT_MILLIS);
}

/** Listeners of the package `signal-exit`, which ends the process by the signal if all listeners are its own. */
function deferring(): number {
  const holders = [
    (globalThis as unknown as Record<symbol, unknown>)[Symbol.for('signal-exit emitter')],
    (process as unknown as Record<string, unknown>).__signal_exit_emitter__,
  ];
  let count = 0;
  for (const holder of holders) {
    const own = (holder as { readonly count?: unknown } | null | undefined)?.count;
    if (typeof own === 'number' && own > 0) count += own;
  }
  return count;
}

/** Waits for the work, but not for ever; the timer keeps the process alive meanwhile. */
async function bounded(work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, SIGNAL_TIMEOUT_MILLIS + GRACE_MILLIS);
  });
  await Promise.race([work, late]);
  clearTimeout(timer);
}
