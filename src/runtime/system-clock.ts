import { inBackground } from './background.js';
import { type Clock, elapsed, isTime } from './clock.js';

/** The longest delay that a timer takes, in milliseconds. */
export const MAX_DELAY_MILLIS = 2 ** 31 - 1;

/** Milliseconds since the process began, whatever becomes of the machine's time: for deadlines and intervals. */
export function monotonicNow(): number {
  return performance.now();
}

/** Lets the process end although a timer is set. Timers of a browser's kind, as in jsdom and of fake timers, can't. */
export function unref(timer: unknown): void {
  if (typeof timer !== 'object' || timer === null) return;
  const method = (timer as { readonly unref?: unknown }).unref;
  if (typeof method === 'function') method.call(timer);
}

/** What a clock gave, or the machine's own time if that is no time, as of a `Date.now` that a test emptied. */
function validTime(millis: number): number {
  return isTime(millis) ? millis : new Date().getTime();
}

/** The machine's own time; its timers never keep the process alive, and belong to no request. */
export const systemClock: Clock = {
  now: () => validTime(Date.now()),
  monotonic: monotonicNow,
  after: (delayMillis, run) =>
    inBackground(() => {
      const timer = setTimeout(() => inBackground(run), Math.min(delayMillis, MAX_DELAY_MILLIS));
      unref(timer);
      return () => clearTimeout(timer);
    }),
};

const platformNow = Date.now;

/** The time on a clock. To ask for a Date at once is quicker, unless somebody, such as a test, changed `Date.now`. */
export function dateOn(clock: Clock): Date {
  return clock === systemClock && Date.now === platformNow ? new Date() : new Date(clock.now());
}

/** A clock of the application's whose timers belong to no request. */
export function detachedClock(clock: Clock): Clock {
  return {
    now: () => validTime(clock.now()),
    monotonic: () => elapsed(clock),
    after: (delayMillis, run) => inBackground(() => clock.after(delayMillis, () => inBackground(run))),
  };
}

/** The machine's own time, for work that the process has to wait for: its timers keep the process alive. */
export const holdingClock: Clock = {
  ...systemClock,
  after: (delayMillis, run) =>
    inBackground(() => {
      const timer = setTimeout(() => inBackground(run), Math.min(delayMillis, MAX_DELAY_MILLIS));
      return () => clearTimeout(timer);
    }),
};
