import { show, TelemetryError } from '../model/errors.js';
import { closestName } from '../model/spelling.js';
import { isClickHouseUrl } from '../storage/clickhouse/place.js';
import { isPostgresUrl } from '../storage/postgres/place.js';
import { CONFIG_FIELDS, isConfigField } from './config-fields.js';
import { isCollectorOption } from './options.js';

/** Where a collector keeps what it flushes. */
export type StorageBackend = 'memory' | 'file' | 'sqlite' | 'postgres' | 'clickhouse' | 'database';

/** The fields of a {@link TelemetryConfig}; each has a default. */
export interface TelemetryConfigInit {
  /** Whether anything is collected; default `true`. */
  readonly enabled?: boolean | undefined;
  /** Items of both kinds that fill the buffer, which is then flushed; default 100. */
  readonly bufferSize?: number | undefined;
  /** The longest that an item waits in the buffer, in **seconds**; default 5. */
  readonly flushInterval?: number | undefined;
  /** Whether listeners hear each item while it is collected; default `true`. */
  readonly realtimeMode?: boolean | undefined;
  /**
   * `'memory'`, `'file'`, `'sqlite'`, `'postgres'`, `'clickhouse'`, or `'database'`: what the URL in `storagePath` names,
   * else SQLite; default `'memory'`.
   */
  readonly storageBackend?: StorageBackend | undefined;
  /** The file of the backends `'file'` and `'sqlite'`, the URL of `'postgres'` and `'clickhouse'`; no default. */
  readonly storagePath?: string | null | undefined;
}

/** Under which a configuration says whether each kind of items fills the buffer for itself, as in the Python original. */
export const COUNTS_EACH_KIND: unique symbol = Symbol.for('rimp-telemetry.counts-each-kind') as never;

const BACKENDS: readonly string[] = ['memory', 'file', 'sqlite', 'postgres', 'clickhouse', 'database'];
/** The longest time that a timer takes, in seconds. */
const MAX_INTERVAL_SECONDS = (2 ** 31 - 1) / 1000;

/** One thing that is wrong with a configuration. */
export interface ConfigProblem {
  /** The name of the field; empty if the configuration is no object. */
  readonly field: string;
  /** What was expected and what came. */
  readonly message: string;
}

/** Thrown by {@link TelemetryConfig.validate}: all problems at once. */
export class ConfigError extends TelemetryError {
  /** Every problem, in the order of the fields. */
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    super('RIMP_INVALID_CONFIG', `TelemetryConfig: ${problems.map(({ message }) => message).join('; ')}`);
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/** How a collector works. Making one never throws; {@link validate} does, and so does making a collector of it. */
export class TelemetryConfig {
  /** Whether anything is collected; default `true`. */
  readonly enabled: boolean;
  /** Items of both kinds that fill the buffer, so that it is flushed; default 100. */
  readonly bufferSize: number;
  /** The longest that an item waits in the buffer, in **seconds**; default 5. */
  readonly flushInterval: number;
  /** Whether listeners hear each item when it is collected; default `true`. */
  readonly realtimeMode: boolean;
  /** Which storage the collector makes; default `'memory'`. */
  readonly storageBackend: StorageBackend;
  /** A file, or a `postgres://` or `clickhouse://` URL; `undefined` if there is none. */
  readonly storagePath: string | undefined;
  readonly #problems: readonly ConfigProblem[];

  /** @param init - any of the fields; `undefined` and, for `storagePath`, null stand for the default. */
  constructor(init: TelemetryConfigInit = {}) {
    const problems: ConfigProblem[] = [];
    if (typeof init !== 'object' || init === null || Array.isArray(init)) {
      problems.push({ field: '', message: `expected an object of fields, got ${show(init)}` });
    } else if (typeof (init as { readonly store?: unknown }).store === 'function') {
      const hint = 'give it in the second argument, new TelemetryCollector({}, { storage })';
      problems.push({ field: '', message: `expected an object of fields, got a storage: ${hint}` });
    }
    const given: TelemetryConfigInit = typeof init === 'object' && init !== null ? init : {};
    this.enabled = given.enabled ?? true;
    this.bufferSize = given.bufferSize ?? 100;
    this.flushInterval = given.flushInterval ?? 5;
    this.realtimeMode = given.realtimeMode ?? true;
    this.storageBackend = given.storageBackend ?? 'memory';
    this.storagePath = given.storagePath ?? undefined;
    if (!(given instanceof TelemetryConfig)) {
      for (const name of Object.keys(given)) {
        if (isConfigField(name)) continue;
        problems.push({ field: name, message: `unknown field "${name}": ${hintFor(name)}` });
      }
    }
    this.#problems = problems;
  }

  /** For the collector: both kinds of items fill the buffer together. */
  get [COUNTS_EACH_KIND](): boolean {
    return false;
  }

  /**
   * A configuration from environment variables: `RIMP_ENABLED`, `RIMP_BUFFER_SIZE`, `RIMP_FLUSH_INTERVAL` (seconds),
   * `RIMP_REALTIME_MODE`, `RIMP_STORAGE_BACKEND`, `RIMP_STORAGE_PATH`. Unset and empty ones stand for the default.
   *
   * @param env - default `process.env`.
   */
  static fromEnv(env: Readonly<Record<string, string | undefined>> = process.env): TelemetryConfig {
    const text = (name: string): string | undefined => {
      const value = env[name]?.trim();
      return value === '' ? undefined : value;
    };
    // what is no boolean or number stays text, so that validate() shows what came
    return new TelemetryConfig({
      enabled: booleanFrom(text('RIMP_ENABLED')) as boolean | undefined,
      bufferSize: numberFrom(text('RIMP_BUFFER_SIZE')) as number | undefined,
      flushInterval: numberFrom(text('RIMP_FLUSH_INTERVAL')) as number | undefined,
      realtimeMode: booleanFrom(text('RIMP_REALTIME_MODE')) as boolean | undefined,
      storageBackend: text('RIMP_STORAGE_BACKEND')?.toLowerCase() as StorageBackend | undefined,
      storagePath: text('RIMP_STORAGE_PATH'),
    });
  }

  /**
   * Checks every field.
   *
   * @throws ConfigError with every problem at once, each naming the field, what was expected and what came.
   */
  validate(): void {
    const problems = [...this.#problems];
    const expect = (field: (typeof CONFIG_FIELDS)[number], ok: boolean, expected: string): void => {
      if (!ok) problems.push({ field, message: `expected "${field}" to be ${expected}, got ${show(this[field])}` });
    };
    // what may hold a password is not shown
    const expectSecret = (field: (typeof CONFIG_FIELDS)[number], ok: boolean, expected: string): void => {
      if (!ok) problems.push({ field, message: `expected "${field}" to be ${expected}` });
    };
    expect('enabled', typeof this.enabled === 'boolean', 'a boolean');
    expect('bufferSize', Number.isSafeInteger(this.bufferSize) && this.bufferSize > 0, 'a positive integer');
    const { flushInterval } = this;
    expect(
      'flushInterval',
      typeof flushInterval === 'number' && flushInterval > 0 && flushInterval <= MAX_INTERVAL_SECONDS,
      `a positive number of seconds, at most ${MAX_INTERVAL_SECONDS}`,
    );
    expect('realtimeMode', typeof this.realtimeMode === 'boolean', 'a boolean');
    expect(
      'storageBackend',
      BACKENDS.includes(this.storageBackend),
      '"memory", "file", "sqlite", "postgres", "clickhouse" or "database"',
    );
    const path: unknown = this.storagePath;
    const usable = typeof path === 'string' && path !== '' && !path.includes('\0');
    if (this.storageBackend === 'postgres') {
      const isUrl = usable && isPostgresUrl(path);
      expectSecret('storagePath', isUrl, 'a URL that begins with postgres:// with storageBackend "postgres"');
    } else if (this.storageBackend === 'clickhouse') {
      const isUrl = usable && isClickHouseUrl(path);
      expectSecret(
        'storagePath',
        isUrl,
        'a URL that begins with clickhouse:// or https:// with storageBackend "clickhouse"',
      );
    } else if (this.storageBackend !== 'memory' && BACKENDS.includes(this.storageBackend)) {
      expect('storagePath', usable, `a non-empty string with storageBackend "${this.storageBackend}"`);
    } else {
      expect('storagePath', path === undefined || usable, 'a non-empty string, or absent');
    }
    if (problems.length > 0) throw new ConfigError(problems);
  }
}

/** What to do with a name that no field has. */
function hintFor(name: string): string {
  if (isCollectorOption(name))
    return `it is an option of the collector: give it in the second argument, new TelemetryCollector(config, { ${name} })`;
  const meant = closestName(name, CONFIG_FIELDS);
  return meant === undefined ? `expected one of ${CONFIG_FIELDS.join(', ')}` : `did you mean "${meant}"?`;
}

function booleanFrom(text: string | undefined): unknown {
  switch (text?.toLowerCase()) {
    case undefined:
      return undefined;
    case 'true':
    case '1':
    case 'yes':
    case 'on':
      return true;
    case 'false':
    case '0':
    case 'no':
    case 'off':
      return false;
    default:
      return text;
  }
}

function numberFrom(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  const number = Number(text);
  return Number.isNaN(number) ? text : number;
}
