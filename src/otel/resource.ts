import { normaliseMetadata, setOwn } from '../codec/normalise.js';
import type { AnyValue, AnyValueMap } from '../model/any-value.js';
import { inBackground } from '../runtime/background.js';
import type { Clock } from '../runtime/clock.js';
import { within } from '../runtime/deadline.js';
import { monotonicNow } from '../runtime/system-clock.js';
import type { ResourceLike } from './sdk-types.js';

/** Which attributes of a resource go along with each item. */
export type IncludedResource = 'service' | 'all';

/** How long a flush waits for detectors of a resource, once for each resource, in milliseconds from its first item on. */
const DETECTION_MILLIS = 5_000;

/** A resource whose detectors are still at work. */
interface Pending {
  readonly settled: Promise<void>;
  /** Until when a flush waits for it, on the clock of `monotonicNow`. */
  readonly until: number;
}

/** Picks attributes of resources, and remembers what it picked from each. */
export class ResourcePicker {
  readonly #all: boolean;
  readonly #identity: AnyValueMap | undefined;
  readonly #picked = new WeakMap<ResourceLike, { readonly map: AnyValueMap | undefined }>();
  readonly #made = new WeakSet<AnyValueMap>();
  readonly #pending = new Set<Pending>();
  /** The last one that was asked for: mostly there is but one. */
  #last: ResourceLike | undefined;
  #lastMap: AnyValueMap | undefined;

  /** @param identity - what goes along with every item, whatever its resource. */
  constructor(which: IncludedResource, identity: AnyValueMap | undefined) {
    this.#all = which === 'all';
    this.#identity = identity;
  }

  /**
   * `service.*` and `process.pid`, or all, and the identity; `undefined` if there is nothing of it. All items of a
   * resource have one map: what its detectors find later is added to it, and to what still waits in queues.
   */
  pick(resource: ResourceLike | undefined): AnyValueMap | undefined {
    if (typeof resource !== 'object' || resource === null) return this.#identity;
    if (resource === this.#last) return this.#lastMap;
    const map = this.#pick(resource);
    if (map !== undefined) this.#made.add(map);
    this.#last = resource;
    this.#lastMap = map;
    return map;
  }

  /** Whether it is a map that {@link pick} gave. */
  hasPicked(map: AnyValueMap): boolean {
    return map === this.#identity || this.#made.has(map);
  }

  #pick(resource: ResourceLike): AnyValueMap | undefined {
    const known = this.#picked.get(resource);
    if (known !== undefined) return known.map;
    const map: Record<string, AnyValue> = { ...this.#identity };
    if (resource.asyncAttributesPending === true) {
      this.#fill(map, settledOf(resource));
      this.#picked.set(resource, { map });
      this.#awaitDetectors(resource, map);
      return map;
    }
    this.#fill(map, resource.attributes);
    const picked = Object.keys(map).length === 0 ? undefined : Object.freeze(map);
    this.#picked.set(resource, { map: picked });
    return picked;
  }

  /**
   * Waits for detectors, once, and no longer than half of what is left: the rest is for the sinks. `undefined` if there
   * is nothing to wait for.
   */
  settle(deadlineMillis: number): Promise<unknown> | undefined {
    const waiting = this.#awaited();
    if (waiting.length === 0) return undefined;
    const now = monotonicNow();
    const half = now + Math.max(0, deadlineMillis - now) / 2;
    const waits = waiting.map((pending) =>
      within(pending.settled, Math.min(pending.until, half), 'detecting the resource').catch(() => {
        this.#pending.delete(pending);
      }),
    );
    return Promise.all(waits);
  }

  /**
   * Calls back when detectors are done or their time is over, once; false if there is nothing to wait for. Unlike
   * {@link settle} it keeps no process alive.
   */
  whenSettled(clock: Clock, run: () => void): boolean {
    const waiting = this.#awaited();
    if (waiting.length === 0) return false;
    let isDone = false;
    const done = (): void => {
      if (isDone) return;
      isDone = true;
      cancel();
      for (const pending of waiting) this.#pending.delete(pending);
      run();
    };
    const longest = Math.max(...waiting.map(({ until }) => until)) - monotonicNow();
    const cancel = clock.after(longest, done);
    inBackground(() => void Promise.all(waiting.map(({ settled }) => settled)).then(done));
    return true;
  }

  #awaited(): readonly Pending[] {
    if (this.#pending.size === 0) return [];
    const now = monotonicNow();
    return Array.from(this.#pending).filter(({ until }) => until > now);
  }

  #awaitDetectors(resource: ResourceLike, map: Record<string, AnyValue>): void {
    const settled = Promise.resolve()
      .then(() => resource.waitForAsyncAttributes?.())
      .catch(() => undefined)
      .then(() => {
        this.#fill(map, settledOf(resource));
        this.#pending.delete(pending);
      });
    const pending: Pending = { settled, until: monotonicNow() + DETECTION_MILLIS };
    this.#pending.add(pending);
  }

  #fill(map: Record<string, AnyValue>, attributes: object): void {
    for (const [key, value] of Object.entries(normaliseMetadata(attributes).value ?? {})) {
      if (this.#all || key.startsWith('service.') || key === 'process.pid') setOwn(map, key, value);
    }
  }
}

/**
 * The attributes that are known by now. The SDKs report an error each time that `attributes` is read before all are, so
 * they are read from what the detectors gave.
 */
function settledOf(resource: ResourceLike): object {
  if (resource.asyncAttributesPending !== true || resource.getRawAttributes === undefined) return resource.attributes;
  const known: Record<string, unknown> = {};
  for (const [key, value] of resource.getRawAttributes()) {
    const isPromise = typeof (value as { readonly then?: unknown } | null | undefined)?.then === 'function';
    // the first has precedence
    if (!isPromise && value !== undefined && value !== null && !Object.hasOwn(known, key)) setOwn(known, key, value);
  }
  return known;
}

/** The resource of a provider: a private field, but the same in both generations. */
export function resourceOf(provider: object | undefined): ResourceLike | undefined {
  type Private = { readonly _sharedState?: { readonly resource?: ResourceLike } };
  return (provider as Private | undefined)?._sharedState?.resource;
}
