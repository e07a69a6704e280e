import type { TelemetryEvent } from '../model/event.js';
import type { Diagnostics } from '../runtime/diagnostics.js';
import { type EventInFlight, sharedState } from '../runtime/shared-state.js';
import { comesFirst, flatAttributes, type KnownLogger, knownLogger } from './attach-attributes.js';
import { FACADE_SCOPE } from './instruments/facade-scope.js';
import type { Context, LoggerLike, LoggerProviderLike } from './sdk-types.js';
import { attributesOf, recordOf } from './transform/event-transform.js';
import { isInstrumentation } from './transform/source.js';

/** Distinct sources that get a logger of their own: providers never forget one. */
export const DEFAULT_MAX_SCOPES = 1_000;

/**
 * What became of an event that was emitted: `'taken'` by a processor of ours, `'filtered'` before it got there,
 * `'unseen'` if no processor of ours sits in the provider.
 */
export type Emitted = 'taken' | 'filtered' | 'unseen';

interface NamedLogger extends KnownLogger {
  /** Whether its scope has the name of the event's source. */
  readonly isOwnScope: boolean;
  /** Whether the source needs no attribute. */
  readonly isPlain: boolean;
}

/** Emits events through the loggers of their sources. */
export class EventEmitter {
  readonly #owner: object;
  readonly #diagnostics: Diagnostics;
  readonly #maxScopes: number;
  readonly #shared = sharedState();
  #provider: LoggerProviderLike | undefined;
  #loggers = new Map<string, NamedLogger>();
  #further: NamedLogger | undefined;
  /** Providers in which a processor of the owner's was seen at work. */
  #attached = new WeakSet<LoggerProviderLike>();
  #lastAttached: LoggerProviderLike | undefined;
  readonly #processors = new Set<object>();

  constructor(owner: object, diagnostics: Diagnostics, maxScopes: number) {
    this.#owner = owner;
    this.#diagnostics = diagnostics;
    this.#maxScopes = maxScopes;
  }

  /** A processor of the owner's exists, or was shut down. */
  setProcessor(processor: object, alive: boolean): void {
    if (alive) {
      this.#processors.add(processor);
      return;
    }
    this.#processors.delete(processor);
    // whose it was is not known: what is left is seen at work again
    this.#attached = new WeakSet();
    this.#lastAttached = undefined;
  }

  /** How many processors of the owner's there are. */
  get processors(): number {
    return this.#processors.size;
  }

  /** @param flatKeys - if the event's metadata are nothing but text, finite numbers and booleans: how many. */
  emit(provider: LoggerProviderLike, event: TelemetryEvent, context: Context, flatKeys?: number): Emitted {
    if (provider !== this.#provider) {
      this.#provider = provider;
      this.#loggers = new Map();
      this.#further = undefined;
    }
    const shared = this.#shared;
    const before = shared.inFlight;
    let flight: EventInFlight | undefined;
    try {
      const known = this.#logger(provider, event.source);
      flight = this.#flight(provider, event, known, flatKeys);
      shared.inFlight = flight;
      const attributes = flight.toAttach === undefined ? flight.attributes : undefined;
      known.logger.emit(recordOf(event, attributes, context));
    } catch (error) {
      this.#diagnostics.report('emit', 'emitting a log record through OpenTelemetry failed', error);
      if (flight?.taken !== true) return 'unseen';
    } finally {
      shared.inFlight = before;
    }
    if (flight.taken) {
      if (provider !== this.#lastAttached) this.#attached.add(provider);
      this.#lastAttached = provider;
      return 'taken';
    }
    if (this.#processors.size === 0) return 'unseen';
    return this.#attached.has(provider) || this.#sitsIn(provider) ? 'filtered' : 'unseen';
  }

  #flight(
    provider: LoggerProviderLike,
    event: TelemetryEvent,
    known: NamedLogger,
    flatKeys: number | undefined,
  ): EventInFlight {
    if (flatKeys !== undefined && known.isPlain && comesFirst(this.#processors, provider, known)) {
      const attributes = flatAttributes(event);
      // one more is the id
      if (attributes !== undefined)
        return { event, attributes, owner: this.#owner, taken: false, toAttach: flatKeys + 1 };
    }
    const attributes = attributesOf(event, known.isOwnScope);
    return { event, attributes, owner: this.#owner, taken: false, toAttach: undefined };
  }

  /** The logger of a source, or the one of all further sources. */
  #logger(provider: LoggerProviderLike, source: string): NamedLogger {
    const known = this.#loggers.get(source);
    if (known !== undefined) return known;
    if (this.#loggers.size < this.#maxScopes) return this.#makeLogger(provider, source, true);
    return this.#further ?? this.#makeLogger(provider, FACADE_SCOPE, false);
  }

  #makeLogger(provider: LoggerProviderLike, scope: string, isOwnScope: boolean): NamedLogger {
    const known = knownLogger(provider.getLogger(scope) as LoggerLike, provider);
    const made = { ...known, isOwnScope, isPlain: isOwnScope && !isInstrumentation(scope) };
    if (isOwnScope) this.#loggers.set(scope, made);
    else this.#further = made;
    return made;
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
