import { onSignals, SIGNAL_TIMEOUT_MILLIS } from '../runtime/signals.js';
import { monotonicNow } from '../runtime/system-clock.js';
import type { CollectorLifecycle } from './lifecycle.js';

const freed = new FinalizationRegistry<() => void>((leave) => leave());

/** Has signals flush a collector, which is not kept alive by it; returns what ends that. */
export function flushAtSignals(lifecycle: CollectorLifecycle): () => void {
  const held = new WeakRef(lifecycle);
  const leave = onSignals(async () => held.deref()?.forceFlush(monotonicNow() + SIGNAL_TIMEOUT_MILLIS));
  freed.register(lifecycle, leave);
  return leave;
}
