import { type ExitTarget, sharedState } from './shared-state.js';

/** How long the end of a process may be put off, in milliseconds. */
const BEFORE_EXIT_TIMEOUT_MILLIS = 10_000;

/** Has a target told of the end of the process, until the returned function is called. */
export function onExit(target: ExitTarget): () => void {
  const shared = sharedState();
  shared.exits.add(target);
  if (!shared.hooked) {
    shared.hooked = true;
    process.on('beforeExit', beforeExit);
    process.on('exit', exit);
  }
  return () => {
    shared.exits.delete(target);
  };
}

function beforeExit(): void {
  const pending = [...sharedState().exits].filter((target) => target.isPending);
  if (pending.length === 0) return;
  // nothing else keeps the process alive: timers of this library don't
  const alive = setTimeout(() => undefined, BEFORE_EXIT_TIMEOUT_MILLIS);
  void Promise.allSettled(pending.map((target) => target.beforeExit())).finally(() => clearTimeout(alive));
}

function exit(): void {
  for (const target of sharedState().exits) {
    try {
      target.exit();
    } catch {
      // the process is ending: the others still have their turn
    }
  }
}
