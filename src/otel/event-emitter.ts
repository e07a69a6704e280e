import type { TelemetryEvent } from '../model/event.js';
import type { Diagnostics } from '../runtime/diagnostics.js';
import { type EventInFlight, sharedState } from '../runtime/shared-state.js';
import { FACADE_SCOPE } from './instruments/instruments.js';
import type { Context, LoggerLike, LoggerProviderLike } from './sdk-types.js';
import { attributesOf, recordOf } from './transform/event-transform.js';

/** Distinct sources that get a logger of their own: providers never forget one. */
export const DEFAULT_MAX_SCOPES = 1_000;

/**
 * What became of an event that was emitted: `'taken'` by a processor of ours, `'filtered'` before it got there,
 * `'unseen'` if no processor of ours sits in the provider.
 */
export type Emitted = 'taken' | 'filtered' | 'unseen';

/** Emits events through the loggers of their sources. */
export class EventEmitter {
  readonly #owner: object;
  readonly #diagnostics: Diagnostics;
  readonly #maxScopes: number;
  readonly #shared = sharedState();
  #provider: LoggerProviderLike | undefined;
  #loggers = new Map<string, LoggerLike>();
  /** Providers in which a processor of the owner's was seen at work. */
  readonly #attached = new WeakSet<LoggerProviderLike>();
  readonly #processors = new Set<object>();

  constructor(owner: object, diagnostics: Diagnostics, maxScopes: number) {
    this.#owner = owner;
    this.#diagnostics = diagnostics;
    this.#maxScopes = maxScopes;
  }

  /** A processor of the owner's exists, or was shut down. */
  setProcessor(processor: object, alive: boolean): void {
    if (alive) this.#processors.add(processor);
    else this.#processors.delete(processor);
  }

  emit(provider: LoggerProviderLike, event: TelemetryEvent, context: Context): Emitted {
    if (provider !== this.#provider) {
      this.#provider = provider;
      this.#loggers = new Map();
    }
    const ownScope = this.#loggers.has(event.source) || this.#loggers.size < this.#maxScopes;
    const attributes = attributesOf(event, ownScope);
    const flight: EventInFlight = { event, attributes, owner: this.#owner, taken: false };
    const shared = this.#shared;
    const before = shared.inFlight;
    shared.inFlight = flight;
    let failed = false;
    try {
      this.#logger(provider, ownScope ? event.source : FACADE_SCOPE).emit(recordOf(event, attributes, context));
    } catch (error) {
      failed = true;
      this.#diagnostics.report('emit', 'emitting a log record through OpenTelemetry failed', error);
    } finally {
      shared.inFlight = before;
    }
    if (flight.taken) {
      this.#attached.add(provider);
      return 'taken';
    }
    if (failed || this.#processors.size === 0) return 'unseen';
    return this.#attached.has(provider) || this.#sitsIn(provider) ? 'filtered' : 'unseen';
  }

  #logger(provider: LoggerProviderLike, scope: string): LoggerLike {
    let logger = this.#loggers.get(scope);
    if (logger === undefined) {
      logger = provider.getLogger(scope) as LoggerLike;
      this.#loggers.set(scope, logger);
    }
    return logger;
  }

  /** Whether the SDK's own list of processors, private but the same in both generations, holds one of ours. */
  #sitsIn(provider: LoggerProviderLike): boolean {
    const processors = (provider as { readonly _sharedState?: { readonly processors?: unknown } })._sharedState
      ?.processors;
    return (
      Array.isArray(processors) && processors.some((processor: unknown) => this.#processors.has(processor as object))
    );
  }
}
