/** An event of a facade's own, while its logger's `emit` runs: what any copy of this library may know of it. */
export interface InFlight {
  /** The bridge of the collector that emits. */
  readonly owner: object;
}

/** What all copies of this library in one thread have to agree on. */
export interface SharedState {
  /** The event that is being emitted right now. */
  inFlight: InFlight | undefined;
  /** What still holds something that the end of the process must not take along. */
  readonly exits: Set<ExitTarget>;
  /** How far the end of the process has come; absent until something is held for the first time. */
  ending?: EndingState;
  /** What is to be done at a signal; absent until somebody asks for it. */
  signals?: SignalState;
  /** What `rimp-telemetry/register` started. */
  registered?: object;
  /** The versions of this library that made a collector. */
  versions?: Set<string>;
}

/**
 * Something that has to hand on what it holds when the process ends. It is registered while it holds something, and no
 * longer: what is registered is not freed.
 */
export interface ExitTarget {
  /** Whether it still holds something that it has not tried to hand on yet. */
  readonly isPending: boolean;
  /**
   * When the event loop has run dry. Called at most a few times: what is collected while it runs may come too.
   *
   * @param deadlineMillis - on the clock of `monotonicNow()`: when it has to be over.
   */
  beforeExit(deadlineMillis: number): Promise<unknown>;
  /**
   * When the process ends: nothing asynchronous happens any more. From here on it must hand on at once whatever comes,
   * as handlers of the application's may come after this one.
   */
  exit(): void;
}

/** How far the end of the process has come. */
export interface EndingState {
  /** The event loop has run dry at least once. */
  dry: boolean;
  /** Flushes at the end that follow one another, without work of the application's in between. */
  rounds: number;
  /** When the last one was over, and when all of them have to be, on the clock of `monotonicNow()`. */
  endedAt: number;
  deadline: number;
  /** One is under way. */
  flushing: boolean;
  /** Handlers of `beforeExit` are being called, and how often they were. */
  emitting?: boolean;
  emissions?: number;
  /** Something was collected since the last flush, and not by such a handler. */
  hasLife?: boolean;
  /** The process is in its handlers of `exit`. */
  exiting: boolean;
}

/**
 * What is to be done at a signal.
 *
 * @param ending - whether the process ends by the signal afterwards; else the application handles it, and goes on.
 */
export type SignalWork = (ending: boolean) => Promise<unknown>;

/** Who has to do something at a signal. */
export interface SignalState {
  readonly work: Set<SignalWork>;
  /** Stops listening. */
  leave: (() => void) | undefined;
}

// the builds for both module formats may be loaded side by side, hence the global; its shape is version 1
const KEY = Symbol.for('rimp-telemetry');

/** The state that is one for the whole thread. */
export function sharedState(): SharedState {
  const holder = globalThis as unknown as Record<symbol, { v1?: SharedState } | undefined>;
  holder[KEY] ??= {};
  const versions = holder[KEY];
  versions.v1 ??= { inFlight: undefined, exits: new Set() };
  return versions.v1;
}
