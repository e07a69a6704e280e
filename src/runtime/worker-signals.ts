import { setTimeout } from 'node:timers';
import type { BroadcastChannel } from 'node:worker_threads';
import { inBackground } from './background.js';
import { builtIn } from './built-in.js';

/** Signals reach the main thread alone, which passes them on to worker threads that have telemetry. */
export interface WorkerThreads {
  /** Has all workers do their work, and waits for them; never rejects. */
  run(ending: boolean, timeoutMillis: number): Promise<void>;
  close(): void;
}

/** What the threads of a process say to one another. */
type Message =
  | { readonly kind: 'who' }
  | { readonly kind: 'here'; readonly thread: number }
  | { readonly kind: 'gone'; readonly thread: number }
  | { readonly kind: 'signal'; readonly ending: boolean }
  | { readonly kind: 'begun'; readonly thread: number }
  | { readonly kind: 'done'; readonly thread: number };

// the channel reaches all threads of this process, and no other process
const CHANNEL = 'rimp-telemetry:signals:v1';
/** A worker that says nothing for so long is gone or busy: it is not waited for. */
const BEGIN_TIMEOUT_MILLIS = 500;

/** In the main thread: keeps track of workers that have something to do at a signal. */
export function watchWorkers(): WorkerThreads {
  const channel = open();
  const threads = new Set<number>();
  const waiting = new Set<number>();
  const begun = new Set<number>();
  let check = (): void => undefined;
  onMessage(channel, (message) => {
    if (message.kind === 'here') threads.add(message.thread);
    else if (message.kind === 'begun') begun.add(message.thread);
    else if (message.kind === 'gone' || message.kind === 'done') {
      if (message.kind === 'gone') threads.delete(message.thread);
      waiting.delete(message.thread);
      check();
    }
  });
  say(channel, { kind: 'who' });
  return {
    run: (ending, timeoutMillis) =>
      new Promise((resolve) => {
        if (threads.size === 0) {
          resolve();
          return;
        }
        for (const thread of threads) waiting.add(thread);
        const silent = setTimeout(() => {
          for (const thread of waiting) if (!begun.has(thread)) waiting.delete(thread);
          check();
        }, BEGIN_TIMEOUT_MILLIS);
        const late = setTimeout(() => {
          waiting.clear();
          check();
        }, timeoutMillis);
        check = () => {
          if (waiting.size > 0) return;
          clearTimeout(silent);
          clearTimeout(late);
          begun.clear();
          check = () => undefined;
          resolve();
        };
        say(channel, { kind: 'signal', ending });
      }),
    close: () => channel.close(),
  };
}

/** In a worker thread: does its work when the main thread passes a signal on; returns what ends that. */
export function answerSignals(run: (ending: boolean) => Promise<void>): () => void {
  const channel = open();
  onMessage(channel, (message) => {
    if (message.kind === 'who') say(channel, { kind: 'here', thread: builtIn.workerThreads.threadId });
    if (message.kind !== 'signal') return;
    say(channel, { kind: 'begun', thread: builtIn.workerThreads.threadId });
    void inBackground(() => run(message.ending)).finally(() =>
      say(channel, { kind: 'done', thread: builtIn.workerThreads.threadId }),
    );
  });
  say(channel, { kind: 'here', thread: builtIn.workerThreads.threadId });
  const leave = (): void => {
    process.removeListener('exit', leave);
    say(channel, { kind: 'gone', thread: builtIn.workerThreads.threadId });
    channel.close();
  };
  process.on('exit', leave);
  return leave;
}

function open(): BroadcastChannel {
  const channel = new builtIn.workerThreads.BroadcastChannel(CHANNEL);
  channel.unref();
  return channel;
}

function onMessage(channel: BroadcastChannel, take: (message: Message) => void): void {
  channel.onmessage = (event) => take((event as { readonly data: Message }).data);
  // setting a listener may keep the process alive again
  channel.unref();
}

function say(channel: BroadcastChannel, message: Message): void {
  try {
    channel.postMessage(message);
  } catch {
    // closed meanwhile
  }
}
