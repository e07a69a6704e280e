import { show, TelemetryError } from './model/errors.js';
import { closestName } from './model/spelling.js';
import type { TelemetryStorage } from './model/storage.js';
import type { InstrumentRule } from './otel/instrument-policy.js';
import type { Providers } from './otel/providers.js';
import type { ResourceAttributes } from './otel/resource.js';
import type { Clock } from './pipeline/clock.js';

/** What a collector can be told beyond RIMP's own configuration. */
export interface CollectorOptions extends Providers {
  /** Where the collector keeps what it flushes, instead of what `storageBackend` names; it is not closed by the collector. */
  readonly storage?: TelemetryStorage | undefined;
  /** Which OpenTelemetry instrument a metric is recorded on: the first rule that matches its name counts. */
  readonly instruments?: readonly InstrumentRule[] | undefined;
  /** Events that the collector's own memory storage keeps; the oldest leave. Default 10,000. */
  readonly maxEvents?: number | undefined;
  /** Metrics that the collector's own memory storage keeps; the oldest leave. Default 10,000. */
  readonly maxMetrics?: number | undefined;
  /** Items that wait in front of one sink; default 131,072. */
  readonly maxQueueItems?: number | undefined;
  /** Distinct sources that get a logger of their own; further ones share one. Default 1,000. */
  readonly maxScopes?: number | undefined;
  /** Whether events that OpenTelemetry's own filters withhold are kept all the same; default `false`. */
  readonly keepFiltered?: boolean | undefined;
  /** Whether the end of the process hands on what is buffered; default `true`. */
  readonly flushOnExit?: boolean | undefined;
  /** Which attributes of the resource go along with each item: `service.*` and `process.pid`, or all; default `'service'`. */
  readonly resourceAttributes?: ResourceAttributes | undefined;
  /** Whether the collector's books are OpenTelemetry metrics too, in the scope `rimp-telemetry`; default `false`. */
  readonly selfMetrics?: boolean | undefined;
  /** Time and timers, for tests; default: the machine's. */
  readonly clock?: Clock | undefined;
}

const NAMES = [
  'loggerProvider',
  'meterProvider',
  'storage',
  'instruments',
  'maxEvents',
  'maxMetrics',
  'maxQueueItems',
  'maxScopes',
  'keepFiltered',
  'flushOnExit',
  'resourceAttributes',
  'selfMetrics',
  'clock',
] as const satisfies readonly (keyof CollectorOptions)[];

const POSITIVE = ['maxEvents', 'maxMetrics', 'maxQueueItems', 'maxScopes'] as const;
const BOOLEAN = ['keepFiltered', 'flushOnExit', 'selfMetrics'] as const;

/** @throws TelemetryError `RIMP_INVALID_ARGUMENT` where an option is misspelt or of the wrong kind. */
export function checkCollectorOptions(options: CollectorOptions): void {
  const fail = (message: string): never => {
    throw new TelemetryError('RIMP_INVALID_ARGUMENT', `TelemetryCollector: ${message}`);
  };
  if (typeof options !== 'object' || options === null) fail(`expected "options" to be an object, got ${show(options)}`);
  for (const name of Object.keys(options)) {
    if ((NAMES as readonly string[]).includes(name)) continue;
    const meant = closestName(name, NAMES);
    fail(
      `unknown option "${name}": ${meant === undefined ? `expected one of ${NAMES.join(', ')}` : `did you mean "${meant}"?`}`,
    );
  }
  for (const name of POSITIVE) {
    const value = options[name];
    if (value !== undefined && !(Number.isSafeInteger(value) && value > 0)) {
      fail(`expected "${name}" to be a positive integer, got ${show(value)}`);
    }
  }
  for (const name of BOOLEAN) {
    const value = options[name];
    if (value !== undefined && typeof value !== 'boolean')
      fail(`expected "${name}" to be a boolean, got ${show(value)}`);
  }
  const { resourceAttributes, storage } = options;
  if (resourceAttributes !== undefined && resourceAttributes !== 'service' && resourceAttributes !== 'all') {
    fail(`expected "resourceAttributes" to be "service" or "all", got ${show(resourceAttributes)}`);
  }
  if (storage !== undefined && typeof (storage as Partial<TelemetryStorage> | null)?.store !== 'function') {
    fail(`expected "storage" to be a storage with store(), got ${show(storage)}`);
  }
}
