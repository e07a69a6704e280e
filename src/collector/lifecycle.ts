import { TelemetryError, toError } from '../model/errors.js';
import type { TelemetryStorage } from '../model/storage.js';
import type { ProviderResolver } from '../otel/providers.js';
import type { FlushableLike } from '../otel/sdk-types.js';
import type { Pipeline } from '../pipeline/pipeline.js';
import { inBackground } from '../runtime/background.js';
import { type FlushResult, leftUntil, within } from '../runtime/deadline.js';
import type { Diagnostics } from '../runtime/diagnostics.js';
import { isExiting, isFlushingAtExit, onExit } from '../runtime/exit-hook.js';
import type { ExitTarget } from '../runtime/shared-state.js';
import { monotonicNow } from '../runtime/system-clock.js';
import type { LossCounters } from './loss-watch.js';
import { loadLosses } from './on-demand.js';
import { flushAtExit, flushedAtExit } from './provider-exit.js';

/** What a lifecycle works on. */
export interface LifecycleParts {
  readonly pipeline: Pipeline;
  readonly providers: ProviderResolver;
  /** Waits for what detectors find out about the resource; `undefined` if nothing is awaited. */
  readonly settleResources: (deadlineMillis: number) => Promise<unknown> | undefined;
  readonly diagnostics: Diagnostics;
  /** Closed at the end; absent if the storage is somebody else's. */
  readonly ownStorage: TelemetryStorage | undefined;
  /** Whether the end of the process hands on what is buffered. */
  readonly flushOnExit: boolean;
  /** Items that exporters have lost so far. */
  readonly lostByExporters: () => number;
  /** All that is lost so far. */
  readonly losses: () => LossCounters;
}

/** How a collector's items get out: flushing, the end of the collector, and that of the process. */
export class CollectorLifecycle {
  readonly #pipeline: Pipeline;
  readonly #providers: ProviderResolver;
  readonly #settleResources: LifecycleParts['settleResources'];
  readonly #diagnostics: Diagnostics;
  readonly #ownStorage: TelemetryStorage | undefined;
  readonly #flushOnExit: boolean;
  readonly #lostByExporters: () => number;
  readonly #losses: () => LossCounters;
  #ownProviders: readonly FlushableLike[] = [];
  readonly #alsoFlushed = new Set<FlushableLike>();
  readonly #onEnd: (() => unknown)[] = [];
  readonly #exitTarget: ExitTarget;
  #leaveExit: (() => void) | undefined;
  #ended = false;
  #isOver = false;
  /** Something was collected since the providers were last flushed. */
  #unflushed = false;
  /** The flush at the end of the process was tried, and nothing was collected since. */
  #triedAtExit = false;

  constructor(parts: LifecycleParts) {
    this.#pipeline = parts.pipeline;
    this.#providers = parts.providers;
    this.#settleResources = parts.settleResources;
    this.#diagnostics = parts.diagnostics;
    this.#ownStorage = parts.ownStorage;
    this.#flushOnExit = parts.flushOnExit;
    this.#lostByExporters = parts.lostByExporters;
    this.#losses = parts.losses;
    this.#exitTarget = this.#makeExitTarget();
  }

  /** These providers are shut down at the end, not just flushed. */
  own(providers: readonly FlushableLike[]): void {
    this.#ownProviders = providers;
  }

  /** Something is flushed along with the providers; returns what ends that. */
  alsoFlush(part: FlushableLike): () => void {
    this.#alsoFlushed.add(part);
    return () => {
      this.#alsoFlushed.delete(part);
    };
  }

  /** Runs something once all is handed on and closed; at once if it is. */
  onEnd(run: () => unknown): void {
    if (!this.#isOver) {
      this.#onEnd.push(run);
      return;
    }
    const failed = (error: unknown): void => this.#diagnostics.report('shutdown', 'shutting down failed', error);
    void Promise.resolve().then(run).catch(failed);
  }

  /** Something is collected: from now on the end of the process matters. */
  used(): void {
    this.#unflushed = true;
    this.#triedAtExit = false;
    if (this.#leaveExit !== undefined || !this.#flushOnExit || this.#ended) return;
    this.#leaveExit = onExit(this.#exitTarget);
  }

  /**
   * Lets the end of the process forget a collector that holds nothing any more. Providers that have to be flushed are
   * remembered for themselves, as long as they live.
   */
  release(): void {
    if (this.#leaveExit === undefined || !this.#pipeline.isIdle || isExiting()) return;
    if (this.#unflushed) for (const provider of this.#flushable()) flushAtExit(provider);
    this.#unflushed = false;
    this.#leaveExit();
    this.#leaveExit = undefined;
  }

  /** Through all sinks and providers; never rejects. */
  async forceFlush(deadline: number): Promise<FlushResult> {
    this.#unflushed = false;
    const errors = await inBackground(() =>
      this.#flushAll(deadline, (provider, options) => provider.forceFlush?.(options)),
    );
    this.release();
    for (const error of errors) this.#diagnostics.report('flush', 'flushing failed', error);
    return { complete: errors.length === 0, errors };
  }

  /** The same, and ends what is the collector's own; never rejects. */
  async end(deadline: number): Promise<FlushResult> {
    this.#ended = true;
    this.#leaveExit?.();
    this.#leaveExit = undefined;
    const before = new Map(this.#losses());
    const errors = await inBackground(() => this.#endAll(deadline));
    if (errors.length > 0) {
      // of what else was lost meanwhile, the reason was reported
      const unexplained = loadLosses().grownSince(before, this.#losses(), this.#diagnostics).unexplained;
      for (const error of errors) this.#diagnostics.report('shutdown', 'shutting down failed', error, unexplained);
    }
    this.#diagnostics.showLosses();
    return { complete: errors.length === 0, errors };
  }

  async #endAll(deadline: number): Promise<Error[]> {
    const own = new Set(this.#ownProviders);
    const errors = await this.#flushAll(deadline, (provider, options) =>
      own.has(provider) ? provider.shutdown?.(options) : provider.forceFlush?.(options),
    );
    // what OpenTelemetry brought meanwhile is taken along, what it brings from here on is refused
    this.#pipeline.seal();
    await this.#attempt(errors, deadline, 'flushing to the sinks', this.#pipeline.drain());
    const late = errors.some((error) => error instanceof TelemetryError && error.code === 'RIMP_TIMEOUT');
    this.#pipeline.close(late ? 'shutdown_timeout' : 'store_failed');
    if (this.#ownStorage !== undefined) {
      try {
        // what is late already isn't waited for once more: closing goes on by itself
        const end = late ? deadline : Math.max(deadline, monotonicNow() + 1_000);
        await within(this.#ownStorage.close(), end, 'closing the storage');
      } catch (error) {
        errors.push(toError(error));
      }
    }
    for (const run of this.#onEnd.splice(0)) {
      try {
        await within(Promise.resolve(run()), Math.max(deadline, monotonicNow() + 1_000), 'cleaning up');
      } catch (error) {
        errors.push(toError(error));
      }
    }
    this.#isOver = true;
    return errors;
  }

  #makeExitTarget(): ExitTarget {
    const isPending = (): boolean => this.#unflushed || !(this.#pipeline.isIdle || this.#triedAtExit);
    return {
      get isPending() {
        return isPending();
      },
      beforeExit: async (deadlineMillis) => {
        // whatever can't be handed on now is not tried for ever: the process wants to end
        this.#triedAtExit = true;
        for (const provider of this.#flushable()) flushedAtExit(provider);
        await this.forceFlush(deadlineMillis);
      },
      exit: () => {
        this.#pipeline.writeThrough = true;
        this.#pipeline.flushSync();
        this.#diagnostics.showLosses();
      },
    };
  }

  #flushable(): Set<FlushableLike> {
    return new Set([...this.#ownProviders, ...this.#providers.flushable(), ...this.#alsoFlushed]);
  }

  async #flushAll(
    deadline: number,
    each: (provider: FlushableLike, options: { timeoutMillis: number }) => Promise<unknown> | undefined,
  ): Promise<Error[]> {
    const errors: Error[] = [];
    const detecting = this.#settleResources(deadline);
    if (detecting !== undefined) await detecting;
    const lostBefore = this.#lost();
    const lossesBefore = new Map(this.#losses());
    const attempt = (what: string, work: Promise<unknown> | undefined): Promise<void> =>
      this.#attempt(errors, deadline, what, work);
    const drain = attempt('flushing to the sinks', this.#pipeline.drain());
    // a reader of the SDK's that is asked again begins a collection anew, and holds the process as long as that takes
    const isTooLate = isFlushingAtExit() && leftUntil(deadline) === 0;
    const providers = (isTooLate ? [] : [...this.#flushable()]).map((provider) => {
      flushedAtExit(provider);
      const name = provider.constructor.name;
      try {
        return attempt(`flushing ${name}`, each(provider, { timeoutMillis: leftUntil(deadline) }));
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
      const what = `${lost === 1 ? '1 item was' : `${lost} items were`} lost on the way to a sink or an endpoint`;
      const { reasons } = loadLosses().grownSince(lossesBefore, this.#losses(), this.#diagnostics);
      errors.push(new Error(reasons === '' ? what : `${what}: ${reasons}`));
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
