import type { Clock } from '../../runtime/clock.js';
import { leftUntil } from '../../runtime/deadline.js';
import { onExit } from '../../runtime/exit-hook.js';

/** What the end of the process waits for. */
export interface ExitWaiter {
  /** Whether it has begun something that is not over. */
  readonly isBusy: boolean;
  /** Resolves when all is over; or, if it is woken, once {@link ExitWatch.isLate}. */
  flush(): Promise<void>;
  wake(): void;
  /** The process ends: nothing asynchronous happens any more. */
  exit(): void;
}

/** Has the end of the process wait for something that does not hold it by itself, as long as the exit hook allows. */
export class ExitWatch {
  readonly #clock: Clock;
  readonly #waiter: ExitWaiter;
  #isLate = false;
  #leave: (() => void) | undefined;

  constructor(clock: Clock, waiter: ExitWaiter) {
    this.#clock = clock;
    this.#waiter = waiter;
  }

  /** Whether the end of the process waits no longer. */
  get isLate(): boolean {
    return this.#isLate;
  }

  /** There is something to wait for. */
  begin(): void {
    this.#isLate = false;
    if (this.#leave !== undefined) return;
    const isPending = (): boolean => this.#waiter.isBusy && !this.#isLate;
    this.#leave = onExit({
      get isPending() {
        return isPending();
      },
      beforeExit: (deadlineMillis) => this.#flush(deadlineMillis),
      exit: () => this.#waiter.exit(),
    });
  }

  /** There is nothing to wait for any more. */
  end(): void {
    this.#leave?.();
    this.#leave = undefined;
  }

  /** A flush that somebody else has begun is over in time, too: an SDK's own timer would go on holding the process. */
  async #flush(deadlineMillis: number): Promise<void> {
    const cancel = this.#clock.after(leftUntil(deadlineMillis), () => {
      this.#isLate = true;
      this.#waiter.wake();
    });
    await this.#waiter.flush();
    cancel();
  }
}
