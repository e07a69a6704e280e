/** Time and timers, injected so that tests decide what time it is. */
export interface Clock {
  /** Milliseconds since the Unix epoch: what timestamps are made of. It may jump, as somebody may set it. */
  now(): number;
  /** Milliseconds since any moment, which nobody sets back: what ages are measured with. If absent, {@link now} stands in. */
  monotonic?(): number;
  /** Calls `run` once after `delayMillis`, and never keeps the process alive; returns what cancels it. */
  after(delayMillis: number, run: () => void): () => void;
}

/** Milliseconds on a clock that nobody sets back, as far as the clock has one. */
export function elapsed(clock: Clock): number {
  return clock.monotonic === undefined ? clock.now() : clock.monotonic();
}

/** The furthest time that a Date has, before or after the Unix epoch (ECMA-262, section 21.4.1.1). */
const MAX_TIME_MILLIS = 8.64e15;

/** Whether milliseconds since the Unix epoch are a time that a Date can have. */
export function isTime(millis: number): boolean {
  return Math.abs(millis) <= MAX_TIME_MILLIS;
}
