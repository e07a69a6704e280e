import type { Share } from './portion.js';

/** Failed attempts after which a drain no longer waits for the sink to recover. */
export const DRAIN_ATTEMPTS = 5;

interface Waiting {
  attempts: number;
  /** Whether an attempt began since: one that began before says nothing of what was set right meanwhile. */
  isTried: boolean;
  /** The number of the last share that is waited for. */
  readonly target: number;
  readonly resolve: (error: unknown) => void;
}

/** Who waits for the shares of a queue to leave it. */
export class Drains {
  /** What is neither delivered nor lost, in the order in which it came. */
  readonly #open = new Set<Share>();
  #waiting: Waiting[] = [];

  /** Whether anything is to be waited for. */
  get isPending(): boolean {
    return this.#open.size > 0;
  }

  /** A share came into the queue. */
  open(share: Share): void {
    this.#open.add(share);
  }

  /** A share left the queue. */
  settle(share: Share): void {
    this.#open.delete(share);
    if (this.#waiting.length === 0) return;
    const [oldest] = this.#open;
    const done = ({ target }: Waiting): boolean => oldest === undefined || target < oldest.number;
    const resolved = this.#waiting.filter(done);
    this.#waiting = this.#waiting.filter((waiting) => !done(waiting));
    for (const { resolve } of resolved) resolve(undefined);
  }

  /** Resolves when the shares up to a number have left, or with the error of a sink that keeps failing. */
  wait(target: number): Promise<unknown> {
    return new Promise((resolve) => this.#waiting.push({ attempts: DRAIN_ATTEMPTS, isTried: false, target, resolve }));
  }

  /** The sink is tried. */
  begin(): void {
    for (const waiting of this.#waiting) waiting.isTried = true;
  }

  /** The sink failed once more; if it is hopeless nobody waits any longer who has seen it tried. */
  tire(error: unknown, isHopeless: boolean): void {
    const tired = this.#waiting.filter((waiting) => {
      if (!waiting.isTried) return false;
      waiting.attempts -= 1;
      return isHopeless || waiting.attempts <= 0;
    });
    this.#waiting = this.#waiting.filter((waiting) => !tired.includes(waiting));
    for (const { resolve } of tired) resolve(error);
  }
}
