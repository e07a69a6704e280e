import type { Clock } from './clock.js';

/** The machine's own time; its timers never keep the process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after: (delayMillis, run) => {
    const timer = setTimeout(run, Math.min(delayMillis, 2 ** 31 - 1));
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/** The machine's own time, for work that the process has to wait for: its timers keep the process alive. */
export const holdingClock: Clock = {
  ...systemClock,
  after: (delayMillis, run) => {
    const timer = setTimeout(run, Math.min(delayMillis, 2 ** 31 - 1));
    return () => clearTimeout(timer);
  },
};
