import type { Leases } from './lease.js';

/** How long what was measured of others holds, in milliseconds. */
const MEASURE_MILLIS = 1_000;

/**
 * How much of the bound of a queue directory one of those that share it may use: what the others leave, but never less
 * than an equal share. Whoever has more than that gives way when the others need theirs, so that the total comes back
 * within the bound each time that leases are renewed.
 */
export class SharedRoom {
  readonly #maxBytes: number;
  readonly #leases: Leases;
  readonly #monotonic: () => number;
  #measuredAt = Number.NEGATIVE_INFINITY;
  #ofOthers = 0;

  constructor(maxBytes: number, leases: Leases, monotonic: () => number = () => performance.now()) {
    this.#maxBytes = maxBytes;
    this.#leases = leases;
    this.#monotonic = monotonic;
  }

  /** Bytes that may be used by whoever wants to use so many. */
  allowed(wanted: number): number {
    const { others } = this.#leases;
    const share = this.#maxBytes / (others + 1);
    if (others === 0 || wanted <= share) return share;
    const now = this.#monotonic();
    if (now - this.#measuredAt >= MEASURE_MILLIS) {
      this.#ofOthers = this.#leases.bytesOfOthers();
      this.#measuredAt = now;
    }
    return Math.max(share, this.#maxBytes - this.#ofOthers);
  }
}
