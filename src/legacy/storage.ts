import type { TelemetryData } from '../model/data.js';
import { TelemetryData as Data } from '../model/data.js';
import { show, TelemetryError } from '../model/errors.js';
import type { TelemetryItem } from '../model/item.js';
import { checkOptions, TEXT } from '../model/options.js';
import type { TelemetryQuery } from '../model/query.js';
import type { TelemetryStorage as Storage } from '../model/storage.js';
import { FileStorage as File } from '../storage/file/file-storage.js';
import { MemoryStorage as Memory } from '../storage/memory/memory-storage.js';
import type { Optional } from './config.js';
import { withPythonNamesAsync } from './python-names.js';

/** The keyword arguments of `retrieve`. */
export interface RetrieveArguments {
  /** The earliest time, inclusive; default: from the beginning. */
  readonly start_time?: Optional<Date>;
  /** The latest time, inclusive; default: to the end. */
  readonly end_time?: Optional<Date>;
  /** Items of each kind; 0 for all. */
  readonly limit?: Optional<number>;
}

/** What `retrieve` takes first: the start of the time range, keyword arguments, or a query of this library's. */
export type RetrieveFirst = Optional<Date> | RetrieveArguments | TelemetryQuery;

const PYTHON_ARGUMENTS: readonly string[] = ['start_time', 'end_time', 'limit'];

/**
 * The base of a storage of one's own, as in Python: `store`, `retrieve` and `clear` are all that it needs. Every storage
 * is an instance of it.
 */
export abstract class TelemetryStorage implements Storage {
  abstract store(data: TelemetryData): Promise<void>;
  abstract retrieve(
    start_time?: RetrieveFirst,
    end_time?: Optional<Date>,
    limit?: Optional<number>,
  ): Promise<TelemetryData>;
  abstract clear(): Promise<void>;

  /** What {@link retrieve} gives, one by one. */
  async *scan(query?: TelemetryQuery): AsyncIterable<TelemetryItem> {
    const { events, metrics } = await this.retrieve(query);
    yield* events;
    yield* metrics;
  }

  /** Nothing to release, unless a storage says otherwise. */
  async close(): Promise<void> {}

  /** Whatever made it, what stores and retrieves is a storage. */
  static [Symbol.hasInstance](value: unknown): boolean {
    const storage = value as Partial<Storage> | null | undefined;
    return typeof storage?.store === 'function' && typeof storage.retrieve === 'function';
  }
}

/** A storage in memory; `retrieve` takes Python's arguments as well. */
export class MemoryStorage extends Memory {
  /** As Python's: `limit` counts each kind, and 0 is no limit. */
  override retrieve(
    start_time?: RetrieveFirst,
    end_time?: Optional<Date>,
    limit?: Optional<number>,
  ): Promise<TelemetryData> {
    return retrieveAsPython((query) => super.retrieve(query), start_time, end_time, limit);
  }
}

/** A storage in a file; `retrieve` takes Python's arguments as well. */
export class FileStorage extends File {
  /**
   * @param file_path - the file, as Python's first argument.
   * @throws TelemetryError `RIMP_INVALID_ARGUMENT` if it is no non-empty text, or something follows it.
   */
  constructor(file_path: string | { readonly file_path: string });
  constructor(file_path: string | { readonly file_path: string }, second?: unknown) {
    super(pathOf(file_path, second));
  }

  /** The file. */
  get file_path(): string {
    return this.path;
  }

  /** As Python's: `limit` counts each kind, and 0 is no limit. */
  override retrieve(
    start_time?: RetrieveFirst,
    end_time?: Optional<Date>,
    limit?: Optional<number>,
  ): Promise<TelemetryData> {
    return retrieveAsPython((query) => super.retrieve(query), start_time, end_time, limit);
  }
}

function pathOf(given: unknown, second: unknown): string {
  if (second !== undefined) {
    const hint = 'FileStorage of "rimp-telemetry" takes options, as new FileStorage({ path, … })';
    const message = `FileStorage: expected the path alone, got ${show(second)} as a second argument: ${hint}`;
    throw new TelemetryError('RIMP_INVALID_ARGUMENT', message);
  }
  const named = typeof given === 'object' && given !== null ? given : { file_path: given };
  const { file_path = null } = named as { readonly file_path?: unknown };
  checkOptions('FileStorage', { ...named, file_path }, { file_path: TEXT });
  return file_path as string;
}

/** Has a storage that a collector made take Python's arguments as well. */
export function takePythonArguments(storage: Storage): void {
  const retrieve = storage.retrieve.bind(storage);
  const value: TelemetryStorage['retrieve'] = (start_time, end_time, limit) =>
    retrieveAsPython(retrieve, start_time, end_time, limit);
  Object.defineProperty(storage, 'retrieve', { value });
}

function retrieveAsPython(
  retrieve: (query: TelemetryQuery) => Promise<TelemetryData>,
  first: RetrieveFirst,
  end_time: Optional<Date>,
  limit: Optional<number>,
): Promise<TelemetryData> {
  return withPythonNamesAsync(async () => {
    const isObject = typeof first === 'object' && first !== null && !(first instanceof Date);
    if (isObject && Object.keys(first).some((name) => !PYTHON_ARGUMENTS.includes(name))) {
      // a query of this library's own, whose limit counts both kinds together
      const { start_time, end_time: until, ...rest } = first as RetrieveArguments & TelemetryQuery;
      return retrieve({
        ...rest,
        ...(start_time == null ? {} : { startTime: start_time }),
        ...(until == null ? {} : { endTime: until }),
        limit: rest.limit ?? undefined,
      });
    }
    const given: RetrieveArguments = isObject ? first : { start_time: first as Optional<Date>, end_time, limit };
    const query: TelemetryQuery = { startTime: given.start_time ?? undefined, endTime: given.end_time ?? undefined };
    if (given.limit === undefined || given.limit === null || given.limit === 0) return retrieve(query);
    const { events } = await retrieve({ ...query, limit: given.limit, kinds: ['event'] });
    const { metrics } = await retrieve({ ...query, limit: given.limit, kinds: ['metric'] });
    return new Data({ events, metrics });
  });
}
