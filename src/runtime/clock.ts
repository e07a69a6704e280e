/** Time and timers, injected so that tests decide what time it is. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Calls `run` once after `delayMillis`, and never keeps the process alive; returns what cancels it. */
  after(delayMillis: number, run: () => void): () => void;
}
