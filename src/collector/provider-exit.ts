import type { FlushableLike } from '../otel/sdk-types.js';
import { leftUntil, within } from '../runtime/deadline.js';
import { onExit } from '../runtime/exit-hook.js';

/** What takes a provider's flush at the end of the process away again. */
const leaves = new WeakMap<FlushableLike, () => void>();
const freed = new FinalizationRegistry<() => void>((leave) => leave());

/**
 * Has the end of the process flush a provider, which is not kept alive by it: one that still has something to export is
 * held by the timer of its processor or reader.
 */
export function flushAtExit(provider: FlushableLike): void {
  if (leaves.has(provider)) return;
  const held = new WeakRef(provider);
  const leave = onExit({
    get isPending() {
      return held.deref() !== undefined;
    },
    beforeExit: async (deadlineMillis) => {
      // a collector that has something to hand on as well flushes it itself, and says so by now
      await Promise.resolve();
      const alive = held.deref();
      leave();
      if (alive === undefined || !leaves.delete(alive)) return;
      const timeoutMillis = leftUntil(deadlineMillis);
      if (timeoutMillis === 0) return;
      await within(Promise.resolve(alive.forceFlush?.({ timeoutMillis })), deadlineMillis, 'flushing a provider');
    },
    exit: () => undefined,
  });
  leaves.set(provider, leave);
  freed.register(provider, leave, provider);
}

/** The provider is being flushed: the end of the process need not. */
export function flushedAtExit(provider: FlushableLike): void {
  leaves.get(provider)?.();
  leaves.delete(provider);
  freed.unregister(provider);
}
