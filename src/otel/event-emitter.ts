import type { Diagnostics } from '../runtime/diagnostics.js';
import { sharedState } from '../runtime/shared-state.js';
import { type DirectLogger, directLogger, emitDirectly, firstProcessor } from './direct-emit.js';
import type { EventInFlight } from './event-in-flight.js';
import { FACADE_SCOPE } from './instruments/facade-scope.js';
import type { LoggerLike, LoggerProviderLike } from './sdk-types.js';
import { attributesOf, recordOf } from './transform/event-transform.js';
import { isInstrumentation } from './transform/source.js';

/** Distinct sources that get a logger of their own: providers never forget one. */
export const DEFAULT_MAX_SCOPES = 1_000;

/**
 * What became of an event that was emitted: `'taken'` by a processor of ours, `'filtered'` before it got there,
 * `'unseen'` if no processor of ours sits in the provider.
 */
export type Emitted = 'taken' | 'filtered' | 'unseen';

interface NamedLogger {
  readonly logger: LoggerLike;
  /** What is known of it, if it is the SDK's own. */
  readonly direct: DirectLogger | undefined;
  /** Whether its scope has the name of the event's source. */
  readonly isOwnScope: boolean;
  /** Whether the source needs no attribute. */
  readonly isPlain: boolean;
}

/** Emits events through the loggers of their sources. */
export class EventEmitter {
  readonly #diagnostics: Diagnostics;
  readonly #maxScopes: number;
  readonly #shared = sharedState();
  #provider: LoggerProviderLike | undefined;
  #loggers = new Map<string, NamedLogger>();
  #further: NamedLogger | undefined;
  /** The source before and its logger: mostly the next one is the same. */
  #lastSource: string | undefined;
  #lastLogger: NamedLogger | undefined;
  /** Providers in which a processor of the owner's was seen at work. */
  #attached = new WeakSet<LoggerProviderLike>();
  #lastAttached: LoggerProviderLike | undefined;
  /** With the `enabled` of their kind. */
  readonly #processors = new Map<object, unknown>();
  /** The one of them that came first before. */
  #lastFirst: { readonly enabled?: unknown } | undefined;
  #lastEnabled: unknown;

  constructor(diagnostics: Diagnostics, maxScopes: number) {
    this.#diagnostics = diagnostics;
    this.#maxScopes = maxScopes;
  }

  /** A processor of the owner's exists, or was shut down. */
  setProcessor(processor: object, alive: boolean, enabled: unknown): void {
    if (alive) {
      this.#processors.set(processor, enabled);
      return;
    }
    this.#processors.delete(processor);
    this.#lastFirst = undefined;
    // whose it was is not known: what is left is seen at work again
    this.#attached = new WeakSet();
    this.#lastAttached = undefined;
  }

  /** How many processors of the owner's there are. */
  get processors(): number {
    return this.#processors.size;
  }

  /** Emits the event of a flight; its draft is completed by the processor of the owner's, or here. */
  emit(provider: LoggerProviderLike, flight: EventInFlight): Emitted {
    if (provider !== this.#provider) this.#usedProvider(provider);
    const shared = this.#shared;
    const before = shared.inFlight;
    try {
      const { source, flatKeys } = flight.draft;
      const known = source === this.#lastSource ? (this.#lastLogger as NamedLogger) : this.#logger(provider, source);
      const { direct } = known;
      shared.inFlight = flight;
      if (flatKeys !== undefined && direct !== undefined && known.isPlain && this.#comesFirst(direct))
        emitDirectly(direct, flight, flatKeys);
      else this.#emitWhole(known, flight);
    } catch (error) {
      this.#diagnostics.report('emit', 'emitting a log record through OpenTelemetry failed', error);
      if (!flight.taken) return 'unseen';
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

  #emitWhole({ logger, isOwnScope }: NamedLogger, flight: EventInFlight): void {
    const event = flight.owner.complete(flight);
    flight.emitted = recordOf(event, attributesOf(event, isOwnScope), flight.context);
    logger.emit(flight.emitted);
  }

  /** Whether a processor of the owner's is given the record before all others. */
  #comesFirst(direct: DirectLogger): boolean {
    const first = firstProcessor(direct);
    if (first === undefined) return false;
    if (first !== this.#lastFirst) {
      if (!this.#processors.has(first as object)) return false;
      this.#lastFirst = first as object;
      this.#lastEnabled = this.#processors.get(first as object);
    }
    return this.#lastFirst.enabled === this.#lastEnabled;
  }

  #usedProvider(provider: LoggerProviderLike): void {
    this.#provider = provider;
    this.#loggers = new Map();
    this.#further = undefined;
    this.#lastSource = undefined;
  }

  /** The logger of a source, or the one of all further sources. */
  #logger(provider: LoggerProviderLike, source: string): NamedLogger {
    const known =
      this.#loggers.get(source) ??
      (this.#loggers.size < this.#maxScopes
        ? this.#makeLogger(provider, source, true)
        : (this.#further ?? this.#makeLogger(provider, FACADE_SCOPE, false)));
    this.#lastSource = source;
    this.#lastLogger = known;
    return known;
  }

  #makeLogger(provider: LoggerProviderLike, scope: string, isOwnScope: boolean): NamedLogger {
    const logger = provider.getLogger(scope) as LoggerLike;
    const direct = directLogger(logger, provider);
    const made = { logger, direct, isOwnScope, isPlain: isOwnScope && !isInstrumentation(scope) };
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
