import {
  ANY_OBJECT,
  BOOLEAN,
  checkOptions,
  oneOf,
  POSITIVE_INTEGER,
  type Rule,
  withPresentNames,
} from '../model/options.js';
import type { TelemetryStorage } from '../model/storage.js';
import type { InstrumentRule } from '../otel/instruments/instrument-policy.js';
import type { Providers } from '../otel/providers.js';
import type { IncludedResource } from '../otel/resource.js';
import type { Clock } from '../runtime/clock.js';
import { hintForOption } from './config-fields.js';
import type { StorageOptions } from './open-storage.js';

const PROVIDER: Rule = {
  isRight: (value) => typeof value === 'function' || ANY_OBJECT.isRight(value),
  expected: 'a provider or a function that gives one',
};

/** Options of a collector beyond RIMP's own configuration. */
export interface CollectorOptions extends Providers {
  /** Where the collector keeps what it flushes; it doesn't close it. Default: a storage that `storageBackend` names. */
  readonly storage?: TelemetryStorage | undefined;
  /** Settings of the storage that `storageBackend` names: rotation, retention, durability and the like; default none. */
  readonly storageOptions?: StorageOptions | undefined;
  /** Which OpenTelemetry instrument a metric is recorded on: the first rule that matches its name counts; default none. */
  readonly instruments?: readonly InstrumentRule[] | undefined;
  /** Events that the collector's own memory storage keeps; the oldest leave. Default 10,000. */
  readonly maxEvents?: number | undefined;
  /** Metrics that the collector's own memory storage keeps; the oldest leave. Default 10,000. */
  readonly maxMetrics?: number | undefined;
  /** Items that wait in front of one sink; default 131,072. */
  readonly maxQueueSize?: number | undefined;
  /** Bytes of memory that wait in front of one sink, by an estimate of the items' size; default 64 MiB. */
  readonly maxQueueBytes?: number | undefined;
  /** Distinct sources that get a logger of their own; further ones share one. Default 1,000. */
  readonly maxScopes?: number | undefined;
  /** Distinct metric names and units that get an OpenTelemetry instrument of their own; default 2,000. */
  readonly maxInstruments?: number | undefined;
  /** Whether events that OpenTelemetry's own filters withhold are kept all the same; default `false`. */
  readonly keepFiltered?: boolean | undefined;
  /** Whether the end of the process hands on what is buffered; default `true`. */
  readonly flushOnExit?: boolean | undefined;
  /**
   * Whether SIGTERM and SIGINT hand on what is buffered, within 5 seconds, before they do their work; default `false`.
   * Handlers of the application's run as ever, and then decide what the signal does.
   */
  readonly flushOnSignals?: boolean | undefined;
  /**
   * Whether the loss of an item is written to standard error, one line a minute for each kind, if OpenTelemetry's `diag`
   * has no logger; default `true`. The environment silences it too: `RIMP_LOG_LEVEL=none` or `OTEL_LOG_LEVEL=none`.
   */
  readonly warnOnLoss?: boolean | undefined;
  /** Which attributes of the resource go along with each item: `service.*` and `process.pid`, or all; default `'service'`. */
  readonly includeResource?: IncludedResource | undefined;
  /** Whether the collector's counters are OpenTelemetry metrics too, in the scope `rimp-telemetry`; default `false`. */
  readonly selfMetrics?: boolean | undefined;
  /** Time and timers, for tests; default: the machine's. */
  readonly clock?: Clock | undefined;
}

const RULES: Readonly<Record<keyof CollectorOptions, Rule>> = {
  loggerProvider: PROVIDER,
  meterProvider: PROVIDER,
  storage: {
    isRight: (value) => typeof (value as Partial<TelemetryStorage> | null)?.store === 'function',
    expected: 'a storage with store()',
  },
  storageOptions: ANY_OBJECT,
  instruments: { isRight: Array.isArray, expected: 'a list of rules' },
  maxEvents: POSITIVE_INTEGER,
  maxMetrics: POSITIVE_INTEGER,
  maxQueueSize: POSITIVE_INTEGER,
  maxQueueBytes: POSITIVE_INTEGER,
  maxScopes: POSITIVE_INTEGER,
  maxInstruments: POSITIVE_INTEGER,
  keepFiltered: BOOLEAN,
  flushOnExit: BOOLEAN,
  flushOnSignals: BOOLEAN,
  warnOnLoss: BOOLEAN,
  includeResource: oneOf('service', 'all'),
  selfMetrics: BOOLEAN,
  clock: {
    isRight: (value) =>
      ['now', 'after'].every(
        (name) => typeof (value as Readonly<Record<string, unknown>> | null)?.[name] === 'function',
      ),
    expected: 'a clock with now() and after()',
  },
};

const PROVIDERS_RULES: Readonly<Record<keyof Providers | 'own', Rule>> = {
  loggerProvider: PROVIDER,
  meterProvider: PROVIDER,
  own: BOOLEAN,
};

const EARLIER_NAMES = { resourceAttributes: 'includeResource', maxQueueItems: 'maxQueueSize' } as const;

/** @throws TelemetryError `RIMP_INVALID_ARGUMENT` if a name is misspelt, or a provider is none. */
export function checkProviders(providers: object): void {
  checkOptions('useProviders', providers, PROVIDERS_RULES);
}

/**
 * The options, checked, under their present names.
 *
 * @throws TelemetryError `RIMP_INVALID_ARGUMENT` if an option is misspelt, of the wrong kind, or a field of the configuration.
 */
export function checkCollectorOptions(given: CollectorOptions): CollectorOptions {
  const options = withPresentNames('TelemetryCollector', given, EARLIER_NAMES);
  checkOptions('TelemetryCollector', options, RULES, '', hintForOption);
  return options;
}

/** Whether a name is one of a collector's options. */
export function isCollectorOption(name: string): boolean {
  return Object.hasOwn(RULES, name);
}
