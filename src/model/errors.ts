import { showUrl } from './show-url.js';

/** Stable codes of the errors that this library throws. */
export type ErrorCode =
  | 'RIMP_INVALID_ARGUMENT'
  | 'RIMP_INVALID_CONFIG'
  | 'RIMP_MISSING_PACKAGE'
  | 'RIMP_STORAGE'
  | 'RIMP_CLOSED'
  | 'RIMP_TIMEOUT'
  | 'RIMP_LISTEN'
  | 'RIMP_DENIED'
  | 'RIMP_UNSUPPORTED';

/** An error of this library: a message that says who, what was expected and what came, and a stable `code`. */
export class TelemetryError extends Error {
  /** Stable, for programs to compare with. */
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = 'TelemetryError';
    this.code = code;
  }
}

/** What a sink may say of a batch that it could not keep. */
export interface StoreFailure {
  /** Trying the same batch again can't help. */
  readonly permanent: boolean;
  /**
   * Items lost, by reason, if the rest of the batch was kept. Without it nothing of the batch was kept: the batch is
   * handed over again in halves, until the items that can't be stored are alone; they are refused, the others stored.
   */
  readonly dropped?: Readonly<Record<string, number>>;
  /**
   * What the error is about: `'items'`, some of the batch can't be stored, others can; `'storage'`, the storage as it is
   * set up takes nothing at all (wrong password, no right to write, no driver, closed), so that halving a batch is of no
   * use. Unless `permanent` is set as well, the batch stays in the queue and is tried again, as somebody may set it right;
   * but nobody waits for it: a flush says so at once, and a receiver asks its sender to come again. Default `'items'`.
   */
  readonly concerns?: 'items' | 'storage';
  /**
   * Items at the beginning of the batch that are in the storage, or counted in `dropped`, though the error may pass. The
   * batch may come again as the same object: the storage then goes on behind them.
   */
  readonly done?: number;
}

/** Thrown by a storage that could not keep a batch, or part of it. */
export class StorageError extends TelemetryError implements StoreFailure {
  readonly permanent: boolean;
  readonly dropped?: Readonly<Record<string, number>>;
  readonly concerns?: 'items' | 'storage';
  readonly done?: number;

  constructor(
    message: string,
    options: {
      readonly permanent?: boolean;
      readonly dropped?: Readonly<Record<string, number>>;
      readonly concerns?: 'items' | 'storage';
      readonly done?: number;
      readonly cause?: unknown;
    } = {},
  ) {
    super('RIMP_STORAGE', message, { cause: options.cause });
    this.name = 'StorageError';
    this.permanent = options.permanent ?? false;
    if (options.dropped) this.dropped = options.dropped;
    if (options.concerns) this.concerns = options.concerns;
    if (options.done !== undefined) this.done = options.done;
  }
}

/** The error of a storage that is used after it was closed. */
export function closedError(message: string): TelemetryError & StoreFailure {
  return Object.assign(new TelemetryError('RIMP_CLOSED', message), { permanent: true, concerns: 'storage' } as const);
}

const URL_LIKE = /^\s*[a-z][a-z\d+.-]*:(?:\/\/|\S*@)/i;

/** A value as an error message shows it: short, with its type, never failing. */
export function show(value: unknown): string {
  try {
    if (value === null || value === undefined) return String(value);
    if (typeof value === 'string') {
      // what may be a URL may hold a password
      const text = URL_LIKE.test(value) ? showUrl(value) : value;
      return `${JSON.stringify(text.length > 80 ? `${text.slice(0, 77)}…` : text)} (string)`;
    }
    if (typeof value === 'function') return 'a function';
    if (Array.isArray(value)) return `an array of ${value.length}`;
    if (value instanceof Date)
      return `${Number.isNaN(value.getTime()) ? 'an invalid Date' : value.toISOString()} (Date)`;
    if (typeof value === 'symbol' || typeof value === 'bigint') return `${value.toString()} (${typeof value})`;
    if (typeof value === 'object') return `an object (${Object.prototype.toString.call(value).slice(8, -1)})`;
    return `${String(value as number | boolean)} (${typeof value})`;
  } catch {
    return `${typeof value === 'object' ? 'an object' : `a ${typeof value}`} that can't be shown`;
  }
}

/** An Error, whatever was thrown. */
export function toError(thrown: unknown): Error {
  // an error of another realm is one too
  if (thrown instanceof Error || Object.prototype.toString.call(thrown) === '[object Error]') return thrown as Error;
  return new Error(`a value that is no Error was thrown: ${show(thrown)}`);
}
