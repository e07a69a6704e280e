import { setImmediate, setTimeout } from 'node:timers';
import { inBackground } from './background.js';
import { type EndingState, type ExitTarget, sharedState } from './shared-state.js';
import { monotonicNow } from './system-clock.js';

/** How long the end of a process may be put off, in milliseconds. */
const BEFORE_EXIT_TIMEOUT_MILLIS = 10_000;
/** A flush wakes the event loop, so that handlers of `beforeExit` run again, and may collect again: this ends it. */
const MAX_ROUNDS = 2;
/** A process that collects so long after a flush, and not as it ends, has work of its own, and may end anew. */
const NEW_LIFE_MILLIS = 1_000;

/**
 * Has a target hand on what it holds when the process ends, until the returned function is called. Once the process is in
 * its handlers of `exit`, the target's `exit()` is called at once.
 */
export function onExit(target: ExitTarget): () => void {
  const shared = sharedState();
  shared.exits.add(target);
  if (shared.ending === undefined) {
    shared.ending = { dry: false, rounds: 0, endedAt: 0, deadline: 0, flushing: false, exiting: false };
    process.on('beforeExit', beforeExit);
    process.on('exit', exit);
    // within a handler of `beforeExit`, ours is not called any more: it is when the event has come again
    setImmediate(() => undefined);
  }
  const { ending } = shared;
  noteLife(ending);
  if (ending.exiting || isProcessExiting()) callExit(target);
  else if (ending.dry && !ending.flushing && ending.rounds < MAX_ROUNDS) setImmediate(() => undefined);
  return () => {
    shared.exits.delete(target);
  };
}

/** Whether what the process holds is being handed on as its event loop has run dry. */
export function isFlushingAtExit(): boolean {
  return sharedState().ending?.flushing === true;
}

/** Whether the process is in its handlers of `exit`: nothing asynchronous happens any more. */
export function isExiting(): boolean {
  return sharedState().ending?.exiting === true || isProcessExiting();
}

/** Hands on what all targets hold, as far as they have not tried; never rejects. */
export async function flushExitTargets(deadlineMillis: number): Promise<void> {
  const pending = [...sharedState().exits].filter((target) => isPending(target));
  const flushed = Promise.allSettled(pending.map(async (target) => target.beforeExit(deadlineMillis)));
  let timer: NodeJS.Timeout | undefined;
  // nothing else keeps the process alive: timers of this library don't
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, Math.max(0, deadlineMillis - monotonicNow()));
  });
  await Promise.race([flushed, late]);
  clearTimeout(timer);
}

/** Has all targets write what can be written without waiting. */
export function writeExitTargets(): void {
  for (const target of sharedState().exits) callExit(target);
}

/** Notes that something was collected, unless by a handler of `beforeExit`: the event loop does not turn before ours. */
function noteLife(ending: EndingState): void {
  if (ending.emitting === true || ending.flushing || ending.hasLife === true) return;
  const { emissions } = ending;
  setImmediate(() => {
    if (ending.emissions === emissions) ending.hasLife = true;
  }).unref();
}

function beforeExit(): void {
  const { ending, exits } = sharedState();
  if (ending === undefined || ending.flushing) return;
  const now = monotonicNow();
  // timers alone, such as those of a pool of connections that a flush has used, are none
  if (ending.hasLife === true && now - ending.endedAt > NEW_LIFE_MILLIS) ending.rounds = 0;
  ending.hasLife = false;
  ending.emissions = (ending.emissions ?? 0) + 1;
  ending.emitting = true;
  afterEvent(() => {
    ending.emitting = false;
  });
  ending.dry = true;
  if (ending.rounds >= MAX_ROUNDS || ![...exits].some((target) => isPending(target))) return;
  if (ending.rounds === 0) ending.deadline = now + BEFORE_EXIT_TIMEOUT_MILLIS;
  ending.rounds += 1;
  ending.flushing = true;
  // after the other handlers of this event: what they collect comes along
  setImmediate(() => {
    void inBackground(() => flushRound(ending));
  });
}

/** Calls back once the other handlers of the event have run, and keeps no process alive. */
function afterEvent(callback: () => void): void {
  // under Bun an immediate that nothing refers to wakes the event loop all the same, and the event comes again, without end
  if (process.versions.bun !== undefined) process.nextTick(callback);
  else setImmediate(callback).unref();
}

async function flushRound(ending: EndingState): Promise<void> {
  await flushExitTargets(ending.deadline);
  // what was collected meanwhile
  await flushExitTargets(ending.deadline);
  ending.flushing = false;
  ending.endedAt = monotonicNow();
}

function exit(): void {
  const { ending } = sharedState();
  if (ending !== undefined) {
    ending.exiting = true;
    // whoever emitted the event, the process lives on if this runs
    setImmediate(() => {
      ending.exiting = false;
    }).unref();
  }
  writeExitTargets();
}

/** Also before a listener of ours has heard of it. */
function isProcessExiting(): boolean {
  return (process as { readonly _exiting?: boolean })._exiting === true;
}

function isPending(target: ExitTarget): boolean {
  try {
    return target.isPending;
  } catch {
    return false;
  }
}

function callExit(target: ExitTarget): void {
  try {
    target.exit();
  } catch {
    // the process is ending: the others still have their turn
  }
}
