import { setImmediate } from 'node:timers';

/** How long items are looked at in a turn of the event loop, by all requests together, in milliseconds. */
const SLICE_MILLIS = 10;

/** Those that wait for a turn of theirs. */
const waiting: (() => void)[] = [];
/** When the slice of this turn is over; `undefined` if it has not begun. */
let end: number | undefined;

/** Whether others are to have their turn before the next item. */
export function isSliceOver(): boolean {
  const now = performance.now();
  if (end !== undefined) return now > end;
  const own = now + SLICE_MILLIS;
  end = own;
  setImmediate(() => {
    if (end === own) end = undefined;
  });
  return false;
}

/**
 * Lets others have their turn. Of those that wait for theirs one goes on in each turn of the event loop, so that many
 * hold it no longer than one does.
 */
export function breathe(): Promise<void> {
  return new Promise((resolve) => {
    waiting.push(resolve);
    if (waiting.length === 1) setImmediate(goOn);
  });
}

function goOn(): void {
  const next = waiting.shift();
  if (waiting.length > 0) setImmediate(goOn);
  end = undefined;
  next?.();
}
