import { TelemetryError, toError } from '../model/errors.js';
import type { TelemetryStorage } from '../model/storage.js';
import type { ProviderResolver } from '../otel/providers.js';
import type { FlushableLike } from '../otel/sdk-types.js';
import type { Pipeline } from '../pipeline/pipeline.js';
import { type FlushResult, within } from '../runtime/deadline.js';
import type { Diagnostics } from '../runtime/diagnostics.js';
import { onExit } from '../runtime/exit-hook.js';

/** How long the end of the process may be put off for one collector, in milliseconds. */
const EXIT_TIMEOUT_MILLIS = 10_000;

/** How a collector's items get out: flushing, the end of the collector, and that of the process. */
export class CollectorLifecycle {
  readonly #pipeline: Pipeline;
  readonly #providers: ProviderResolver;
  readonly #diagnostics: Diagnostics;
  readonly #ownStorage: TelemetryStorage | undefined;
  readonly #flushOnExit: boolean;
  readonly #lostByExporters: () => number;
  #ownProviders: readonly FlushableLike[] = [];
  readonly #onEnd: (() => unknown)[] = [];
  #leaveExit: (() => void) | undefined;
  #ended = false;
  /** Something was collected since the providers were last flushed. */
  #unflushed = false;
  /** The flush at the end of the process was tried, and nothing was collected since. */
  #triedAtExit = false;
  #exiting = false;

  /** @param ownStorage - closed at the end; absent where the storage is somebody else's. */
  constructor(
    pipeline: Pipeline,
    providers: ProviderResolver,
    diagnostics: Diagnostics,
    ownStorage: TelemetryStorage | undefined,
    flushOnExit: boolean,
    lostByExporters: () => number,
  ) {
    this.#pipeline = pipeline;
    this.#providers = providers;
    this.#diagnostics = diagnostics;
    this.#ownStorage = ownStorage;
    this.#flushOnExit = flushOnExit;
    this.#lostByExporters = lostByExporters;
  }

  /** These providers are shut down at the end, not just flushed. */
  own(providers: readonly FlushableLike[]): void {
    this.#ownProviders = providers;
  }

  /** Runs something once all is handed on and closed. */
  onEnd(run: () => unknown): void {
    this.#onEnd.push(run);
  }

  /** Something is collected: from now on the end of the process matters. */
  used(): void {
    // what a reader of ours brings while the process ends must not put the end off for ever
    if (this.#exiting) return;
    this.#unflushed = true;
    this.#triedAtExit = false;
    if (this.#leaveExit !== undefined || !this.#flushOnExit || this.#ended) return;
    const isPending = (): boolean => this.#unflushed || !(this.#pipeline.isIdle || this.#triedAtExit);
    this.#leaveExit = onExit({
      get isPending() {
        return isPending();
      },
      beforeExit: async () => {
        // whatever can't be handed on now is not tried for ever: the process wants to end
        this.#triedAtExit = true;
        this.#exiting = true;
        await this.forceFlush(Date.now() + EXIT_TIMEOUT_MILLIS);
        this.#exiting = false;
      },
      exit: () => this.#pipeline.flushSync(),
    });
  }

  /** Through all sinks and providers; never rejects. */
  async forceFlush(deadline: number): Promise<FlushResult> {
    this.#unflushed = false;
    const errors = await this.#flushAll(deadline, (provider) => provider.forceFlush?.());
    for (const error of errors) this.#diagnostics.report('flush', 'flushing failed', error);
    return { complete: errors.length === 0, errors };
  }

  /** The same, and ends what is the collector's own; never rejects. */
  async end(deadline: number): Promise<FlushResult> {
    this.#ended = true;
    this.#leaveExit?.();
    const own = new Set(this.#ownProviders);
    const errors = await this.#flushAll(deadline, (provider) =>
      own.has(provider) ? provider.shutdown?.() : provider.forceFlush?.(),
    );
    // what OpenTelemetry brought meanwhile is taken along, what it brings from here on is refused
    this.#pipeline.seal();
    await this.#attempt(errors, deadline, 'flushing to the sinks', this.#pipeline.drain());
    const late = errors.some((error) => error instanceof TelemetryError && error.code === 'RIMP_TIMEOUT');
    this.#pipeline.close(late ? 'shutdown_timeout' : 'store_failed');
    if (this.#ownStorage !== undefined) {
      try {
        await within(this.#ownStorage.close(), Math.max(deadline, Date.now() + 1_000), 'closing the storage');
      } catch (error) {
        errors.push(toError(error));
      }
    }
    for (const run of this.#onEnd.splice(0)) {
      try {
        await run();
      } catch (error) {
        errors.push(toError(error));
      }
    }
    for (const error of errors) this.#diagnostics.report('shutdown', 'shutting down failed', error);
    return { complete: errors.length === 0, errors };
  }

  async #flushAll(deadline: number, each: (provider: FlushableLike) => Promise<unknown> | undefined): Promise<Error[]> {
    const errors: Error[] = [];
    const lostBefore = this.#lost();
    const attempt = (what: string, work: Promise<unknown> | undefined): Promise<void> =>
      this.#attempt(errors, deadline, what, work);
    const drain = attempt('flushing to the sinks', this.#pipeline.drain());
    const flushable = new Set([...this.#ownProviders, ...this.#providers.flushable()]);
    const providers = [...flushable].map((provider) => {
      const name = provider.constructor.name;
      try {
        return attempt(`flushing ${name}`, each(provider));
      } catch (error) {
        errors.push(toError(error));
        return undefined;
      }
    });
    await Promise.all([drain, ...providers]);
    // a metric reader of ours has collected meanwhile
    if (this.#pipeline.buffered > 0) await attempt('flushing to the sinks', this.#pipeline.drain());
    const lost = this.#lost() - lostBefore;
    if (lost > 0 && errors.length === 0) {
      const why = this.#diagnostics.last === undefined ? '' : `: ${this.#diagnostics.last.message}`;
      errors.push(new Error(`${lost} items were lost on their way to a sink or an endpoint${why}`));
    }
    return errors;
  }

  async #attempt(errors: Error[], deadline: number, what: string, work: Promise<unknown> | undefined): Promise<void> {
    try {
      const failed = await within(Promise.resolve(work), deadline, what);
      if (Array.isArray(failed)) errors.push(...(failed as Error[]));
    } catch (error) {
      errors.push(toError(error));
    }
  }

  /** What all sinks and exporters have lost so far. */
  #lost(): number {
    return this.#pipeline.lost + this.#lostByExporters();
  }
}
