import type { TelemetryEvent } from '../model/event.js';

/** An event of a facade's own, while its logger's `emit` runs. */
export interface EventInFlight {
  readonly event: TelemetryEvent;
  /** The attributes that the record was emitted with. */
  readonly attributes: Readonly<Record<string, unknown>>;
  /** The bridge of the collector that emits. */
  readonly owner: object;
  /** Whether a processor of the owner's has taken the record. */
  taken: boolean;
}

/** What all copies of this library in one process have to agree on. */
export interface SharedState {
  /** The event that is being emitted right now. */
  inFlight: EventInFlight | undefined;
  /** What is to be told of the end of the process. */
  readonly exits: Set<ExitTarget>;
  /** Whether somebody listens to the end of the process. */
  hooked: boolean;
  /** What `rimp-telemetry/register` started. */
  registered?: object;
  /** The versions of this library that made a collector. */
  versions?: Set<string>;
}

/** Something that has to hand on what it holds when the process ends. */
export interface ExitTarget {
  /** Whether it still holds something. */
  readonly isPending: boolean;
  /** When the event loop has run dry. */
  beforeExit(): Promise<unknown>;
  /** When the process ends: nothing asynchronous happens any more. */
  exit(): void;
}

// the builds for both module formats may be loaded side by side, hence the global; its shape is version 1
const KEY = Symbol.for('rimp-telemetry');

/** The state that is one for the whole process. */
export function sharedState(): SharedState {
  const holder = globalThis as unknown as Record<symbol, { v1?: SharedState } | undefined>;
  holder[KEY] ??= {};
  const versions = holder[KEY];
  versions.v1 ??= { inFlight: undefined, exits: new Set(), hooked: false };
  return versions.v1;
}
