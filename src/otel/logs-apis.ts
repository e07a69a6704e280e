import {
  builtInLogs,
  forwarding,
  type LogsApi,
  registeredLogs,
  registeredSeparateLogs,
  separateLogs,
  separateLogsForward,
} from './registered.js';
import type { LoggerLike, LoggerProviderLike, LogRecordToEmit } from './sdk-types.js';

/** When it is looked whether there is something to bridge, in milliseconds from the call. */
const LOOKS_MILLIS = [0, 100, 1_000, 10_000];

/**
 * Has log records that are emitted through `@opentelemetry/api-logs` reach the provider that is registered with
 * `@opentelemetry/api`: SDK 3.x registers there, while transports such as winston's still emit to the former. Nothing
 * happens with SDK 2.x, or if a provider is registered with both.
 *
 * @returns whether records of both APIs now reach a provider.
 */
export function bridgeLogsApis(): boolean {
  if (registeredSeparateLogs() !== undefined) return builtInLogs === undefined || registeredLogs() !== undefined;
  if (registeredLogs() === undefined) return false;
  forward();
  return true;
}

/**
 * The same before a provider is there, or soon after.
 *
 * @param now - whether SDK 3.x will register: then nothing that is emitted from its start on is lost. With SDK 2.x it
 * would find its place taken, hence in doubt the bridge is made once a provider is there.
 */
export function bridgeLogsApisSoon(now: boolean): void {
  if (builtInLogs === undefined) return;
  if (now && registeredSeparateLogs() === undefined) forward();
  else for (const delay of LOOKS_MILLIS) setTimeout(bridgeLogsApis, delay).unref();
}

function forward(): void {
  if (builtInLogs === undefined || separateLogsForward()) return;
  const to = builtInLogs;
  separateLogs().setGlobalLoggerProvider(
    forwarding({ getLogger: (name, version, options) => new ForwardingLogger(to, name, version, options) }),
  );
}

/** Emits to whichever provider is registered at that moment. */
class ForwardingLogger {
  readonly #to: LogsApi;
  readonly #scope: Parameters<LoggerProviderLike['getLogger']>;
  #provider: LoggerProviderLike | undefined;
  #logger: (LoggerLike & { enabled?(options?: object): boolean }) | undefined;

  constructor(to: LogsApi, ...scope: Parameters<LoggerProviderLike['getLogger']>) {
    this.#to = to;
    this.#scope = scope;
  }

  emit(record: LogRecordToEmit): void {
    this.#current().emit(record);
  }

  enabled(options?: object): boolean {
    return this.#current().enabled?.(options) ?? true;
  }

  #current(): LoggerLike & { enabled?(options?: object): boolean } {
    const provider = this.#to.getLoggerProvider();
    if (this.#logger === undefined || provider !== this.#provider) {
      this.#provider = provider;
      this.#logger = provider.getLogger(...this.#scope) as LoggerLike;
    }
    return this.#logger;
  }
}
