import { setImmediate } from 'node:timers';

let turn = 0;
let isWaiting = false;

/** A number that changes as soon as the event loop has had its turn: while it stays, only microtasks have run. */
export function currentTurn(): number {
  if (!isWaiting) {
    isWaiting = true;
    setImmediate(() => {
      isWaiting = false;
      turn += 1;
    }).unref();
  }
  return turn;
}

/** Resolves when the event loop has had its turn. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
