import type { TelemetryStorage } from '../model/storage.js';
import { Pipeline } from '../pipeline/pipeline.js';
import { inBackground } from '../runtime/background.js';
import type { Clock } from '../runtime/clock.js';
import type { Diagnostics } from '../runtime/diagnostics.js';
import { isFlushingAtExit } from '../runtime/exit-hook.js';
import { detachedClock, systemClock } from '../runtime/system-clock.js';
import { currentTurn } from '../runtime/turn.js';
import { CollectorBridge } from './bridge.js';
import { COUNTS_EACH_KIND, type TelemetryConfig } from './config.js';
import { CollectorCounters } from './counters.js';
import { flushAtSignals } from './flush-at-signals.js';
import { Internals } from './internals.js';
import { CollectorLifecycle } from './lifecycle.js';
import { makeDiagnostics } from './make-diagnostics.js';
import { loadPlace } from './on-demand.js';
import { openStorage } from './open-storage.js';
import type { CollectorOptions } from './options.js';
import { UnusableCalls } from './unusable-calls.js';

/** What a collector consists of. */
export interface CollectorParts {
  readonly clock: Clock;
  readonly diagnostics: Diagnostics;
  readonly counters: CollectorCounters;
  readonly internals: Internals;
  readonly pipeline: Pipeline;
  readonly bridge: CollectorBridge;
  readonly storage: TelemetryStorage;
  readonly lifecycle: CollectorLifecycle;
  readonly unusable: UnusableCalls;
}

/** Makes the parts of a collector from what was checked before, and puts them together. */
export function makeParts(config: TelemetryConfig, options: CollectorOptions): CollectorParts {
  const clock = options.clock === undefined ? systemClock : detachedClock(options.clock);
  const diagnostics = makeDiagnostics(clock, options.warnOnLoss !== false, () => counters.losses());
  const pipeline = new Pipeline({
    clock,
    diagnostics,
    bufferSize: config.bufferSize,
    countsEachKind: config[COUNTS_EACH_KIND],
    flushIntervalMillis: config.flushInterval * 1000,
    realtime: config.realtimeMode,
    maxQueueSize: options.maxQueueSize,
    maxQueueBytes: options.maxQueueBytes,
    onFirst: () => {
      // what a reader of ours brings while the process ends must not put the end off once more
      if (!(bridge.isCollecting && isFlushingAtExit())) lifecycle.used();
    },
    onIdle: () => lifecycle.release(),
    whenSettled: (run): boolean => bridge.resources.whenSettled(clock, run),
    runDetached: inBackground,
    turn: currentTurn,
  });
  const counters = new CollectorCounters(pipeline);
  const unusable = new UnusableCalls(counters, diagnostics);
  const internals = new Internals(clock, diagnostics, counters, () => pipeline.buffered, options.instruments, unusable);
  const bridge = new CollectorBridge(pipeline, diagnostics, clock, {
    ...options,
    enabled: config.enabled,
    onUse: () => lifecycle.used(),
    onEnd: (run) => lifecycle.onEnd(run),
    alsoFlush: (part): (() => void) => lifecycle.alsoFlush(part),
  });
  const storage = options.storage ?? storageOf(config, options);
  pipeline.addSink('storage', storage);
  const lifecycle = new CollectorLifecycle({
    pipeline,
    providers: bridge.providers,
    settleResources: (deadlineMillis) => bridge.resources.settle(deadlineMillis),
    diagnostics,
    ownStorage: options.storage === undefined ? storage : undefined,
    flushOnExit: options.flushOnExit !== false,
    lostByExporters: () => counters.lostByExporters,
    losses: () => counters.losses(),
  });
  if (options.flushOnSignals === true) lifecycle.onEnd(flushAtSignals(lifecycle));
  return { clock, diagnostics, counters, internals, pipeline, bridge, storage, lifecycle, unusable };
}

function storageOf(
  config: TelemetryConfig,
  { maxEvents, maxMetrics, storageOptions }: CollectorOptions,
): TelemetryStorage {
  const bounds = config.storageBackend === 'memory' ? { maxEvents, maxMetrics } : {};
  if (config.enabled && config.storageBackend !== 'memory') loadPlace().checkPlace(config);
  return openStorage(config, { ...bounds, ...storageOptions });
}
