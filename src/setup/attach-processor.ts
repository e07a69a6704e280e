import type { Context, LogRecordLike, LogRecordProcessorLike } from '../otel/sdk-types.js';

/*
 * The SDKs take processors and readers when a provider is made, and never later. What stands here looks into providers
 * that somebody else has made: their inner state has the same names in SDK 2.x and 3.x, and what is not there as expected
 * is left alone.
 */

/** What a logger provider shares with its loggers. */
interface LoggerState {
  activeProcessor: ActiveProcessor;
  /** Asked by the loggers whether a record is of use to anybody; absent before `sdk-logs` 0.213. */
  processors?: readonly object[];
  /** Whether loggers emit nothing any more; absent in some versions. */
  hasShutdown?: boolean;
}

/** All processors of a provider, as one. */
interface ActiveProcessor extends Omit<LogRecordProcessorLike, 'forceFlush'> {
  forceFlush(options?: object): Promise<void>;
  enabled?(options: object): boolean;
}

/** How our parts are added to a provider. */
export interface AttachOptions {
  /** Whether they go on when the provider is shut down: libraries may have loggers and instruments of it for good. */
  readonly outlive?: boolean;
}

/**
 * Adds a processor to a logger provider that is made already, after those that it has.
 *
 * @returns what takes it away again and ends it; `undefined` if the provider is not one of the SDK's: it is ended at once.
 */
export function attachProcessor(
  provider: object,
  added: LogRecordProcessorLike,
  { outlive = false }: AttachOptions = {},
): (() => void) | undefined {
  const state = (provider as { readonly _sharedState?: Partial<LoggerState> })._sharedState as LoggerState | undefined;
  const inner = state?.activeProcessor;
  if (state === undefined || typeof inner?.onEmit !== 'function') {
    void added.shutdown();
    return undefined;
  }
  // loggers that libraries hold would emit nothing any more
  const goOn = (): void => {
    if (state.hasShutdown === true) state.hasShutdown = false;
  };
  const both = new Both(inner, added, outlive ? goOn : undefined);
  state.activeProcessor = both;
  // a list of its own: the one that is there may be the application's
  const before = state.processors;
  const after = Array.isArray(before) ? [...(before as readonly object[]), added] : before;
  if (after !== undefined) state.processors = after;
  return () => {
    both.detach();
    if (state.activeProcessor === both) state.activeProcessor = inner;
    if (before !== undefined && state.processors === after) state.processors = before;
    void added.shutdown();
  };
}

/** A provider's processors, and one that came later. */
class Both implements ActiveProcessor {
  readonly #inner: ActiveProcessor;
  /** Has the later one go on when the provider is shut down; absent: it is shut down too. */
  readonly #goOn: (() => void) | undefined;
  #added: (LogRecordProcessorLike & { enabled?(): boolean }) | undefined;

  constructor(inner: ActiveProcessor, added: LogRecordProcessorLike, goOn: (() => void) | undefined) {
    this.#inner = inner;
    this.#added = added;
    this.#goOn = goOn;
  }

  onEmit(record: LogRecordLike, context?: Context): void {
    this.#inner.onEmit(record, context);
    this.#added?.onEmit(record, context);
  }

  enabled(options: object): boolean {
    return (this.#inner.enabled?.(options) ?? true) || (this.#added?.enabled?.() ?? this.#added !== undefined);
  }

  async forceFlush(options?: object): Promise<void> {
    await Promise.all([this.#inner.forceFlush(options), this.#added?.forceFlush()]);
  }

  async shutdown(): Promise<void> {
    const goesOn = this.#goOn !== undefined && this.#added !== undefined;
    await Promise.all([this.#inner.shutdown(), goesOn ? this.#added?.forceFlush() : this.#added?.shutdown()]);
    if (goesOn) this.#goOn?.();
  }

  detach(): void {
    this.#added = undefined;
  }
}
