import type { LogRecordLike, ResourceLike } from '../../otel/sdk-types.js';
import type { Clock } from '../../runtime/clock.js';

/** How long records wait in memory for a resource that is being detected. */
const MAX_RESOURCE_MILLIS = 5_000;

/** Waits for resources whose attributes are still being detected: for each of them once, and no longer than 5 s. */
export class ResourceWait {
  readonly #clock: Clock;
  readonly #report: (kind: string, what: string, error?: unknown) => void;
  readonly #awaited = new WeakSet<object>();

  constructor(clock: Clock, report: (kind: string, what: string, error?: unknown) => void) {
    this.#clock = clock;
    this.#report = report;
  }

  /** The first resource that has to be waited for. */
  pendingOf(records: readonly LogRecordLike[]): ResourceLike | undefined {
    const isPending = ({ resource }: LogRecordLike): boolean =>
      resource?.asyncAttributesPending === true && !this.#awaited.has(resource);
    return records.find(isPending)?.resource;
  }

  /** Resolves when a resource is known, or its time is over; never rejects. */
  async wait(resource: ResourceLike): Promise<void> {
    this.#awaited.add(resource);
    let cancel: (() => void) | undefined;
    const late = new Promise<void>((resolve) => {
      cancel = this.#clock.after(MAX_RESOURCE_MILLIS, resolve);
    });
    try {
      await Promise.race([resource.waitForAsyncAttributes?.(), late]);
    } catch (error) {
      this.#report('otlp_resource', 'a resource could not be detected', error);
    }
    cancel?.();
  }
}
