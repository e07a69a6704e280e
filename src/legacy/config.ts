import { COUNTS_EACH_KIND, TelemetryConfig as Config, type StorageBackend } from '../collector/config.js';
import { withPythonNames } from './python-names.js';

/** What Python's optional arguments are if nobody gives them: nothing, `null` or `undefined`. */
export type Optional<T> = T | null | undefined;

/** The keyword arguments of {@link TelemetryConfig}. */
export interface TelemetryConfigArguments {
  /** Whether anything is collected; default `true`. */
  readonly enabled?: Optional<boolean>;
  /** Items of either kind that fill the buffer; default 100. */
  readonly buffer_size?: Optional<number>;
  /** The longest that an item waits in the buffer, in **seconds**; default 5. */
  readonly flush_interval?: Optional<number>;
  /** Whether listeners hear each item; default `true`. */
  readonly realtime_mode?: Optional<boolean>;
  /** Which storage the collector makes; default `'memory'`. */
  readonly storage_backend?: Optional<StorageBackend>;
  /** A file, or a `postgres://` or `clickhouse://` URL; default none. */
  readonly storage_path?: Optional<string>;
}

const CONFIG_NAMES = {
  enabled: 'enabled',
  buffer_size: 'bufferSize',
  flush_interval: 'flushInterval',
  realtime_mode: 'realtimeMode',
  storage_backend: 'storageBackend',
  storage_path: 'storagePath',
} as const;

/** A configuration with Python's names: keyword arguments as one object, or all six in their order. */
export class TelemetryConfig extends Config {
  constructor(fields: TelemetryConfigArguments);
  constructor(
    enabled?: Optional<boolean>,
    buffer_size?: Optional<number>,
    flush_interval?: Optional<number>,
    realtime_mode?: Optional<boolean>,
    storage_backend?: Optional<StorageBackend>,
    storage_path?: Optional<string>,
  );
  constructor(first?: Optional<boolean> | TelemetryConfigArguments, ...rest: readonly unknown[]) {
    super(configFields(first, rest));
  }

  /** For the collector: as in Python, each kind of items fills the buffer for itself. */
  override get [COUNTS_EACH_KIND](): boolean {
    return true;
  }

  /**
   * Checks every field.
   *
   * @throws ConfigError with every problem at once, in Python's names.
   */
  override validate(): void {
    withPythonNames(() => super.validate());
  }

  /** Items of either kind that fill the buffer, which is then flushed. */
  get buffer_size(): number {
    return this.bufferSize;
  }
  /** The longest that an item waits in the buffer, in **seconds**. */
  get flush_interval(): number {
    return this.flushInterval;
  }
  /** Whether listeners hear each item. */
  get realtime_mode(): boolean {
    return this.realtimeMode;
  }
  /** Which storage the collector makes. */
  get storage_backend(): StorageBackend {
    return this.storageBackend;
  }
  /** A file, or a `postgres://` or `clickhouse://` URL; `null` if there is none. */
  get storage_path(): string | null {
    return this.storagePath ?? null;
  }
}

function configFields(first: unknown, rest: readonly unknown[]): Record<string, never> {
  const given: Record<string, unknown> = {};
  if (typeof first === 'object' && first !== null) {
    // names that Python doesn't know stay as they are: validate() names them
    for (const [name, value] of Object.entries(first))
      given[CONFIG_NAMES[name as keyof typeof CONFIG_NAMES] ?? name] = value;
  } else {
    const names = Object.values(CONFIG_NAMES);
    for (const [i, value] of [first, ...rest].entries()) given[names[i] ?? `argument ${i + 1}`] = value;
  }
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, value ?? undefined])) as Record<
    string,
    never
  >;
}
