import * as api from '@opentelemetry/api';
import { loadApiLogs } from './on-demand.js';
import type { LoggerProviderLike, MeterProvider } from './sdk-types.js';

/** Where all copies of `@opentelemetry/api` 1.x keep what is registered. */
const API_GLOBAL = Symbol.for('opentelemetry.js.api.1');
/** Where all copies of `@opentelemetry/api-logs` keep what is registered. */
const API_LOGS_GLOBAL = Symbol.for('io.opentelemetry.js.api.logs');
/** On a provider of ours that only forwards from one logs API to the other: registered, as there may be copies of us. */
const FORWARDS = Symbol.for('rimp-telemetry.forwards.v1');

/** The global object of `@opentelemetry/api`. */
export interface ApiGlobal {
  readonly version: string;
  readonly logs?: object;
  readonly metrics?: object;
  readonly diag?: object;
}

/** One of the logs APIs. */
export interface LogsApi {
  getLoggerProvider(): LoggerProviderLike;
  setGlobalLoggerProvider(provider: LoggerProviderLike): unknown;
  disable(): void;
}

/** What a module exports in some of its versions: named in a way that bundlers don't look for it in the others. */
function exportOf(module: object, name: string): unknown {
  return Reflect.get(module, name);
}

/** `@opentelemetry/api-logs`. */
export function separateLogs(): LogsApi {
  return loadApiLogs().logs as unknown as LogsApi;
}

/** The logs API inside `@opentelemetry/api`, from 1.10 on. */
export const builtInLogs = exportOf(api, 'logs') as LogsApi | undefined;

// what is registered is looked up in the global objects: names of classes mean nothing in a minified bundle

/** What is registered with any copy of `@opentelemetry/api`. */
export function apiGlobal(): ApiGlobal | undefined {
  return (globalThis as unknown as Record<symbol, ApiGlobal | undefined>)[API_GLOBAL];
}

/** The logger provider that is registered with `@opentelemetry/api`. */
export function registeredLogs(): LoggerProviderLike | undefined {
  if (apiGlobal()?.logs === undefined) return undefined;
  const provider = builtInLogs?.getLoggerProvider();
  // a copy of the API that can't use what is registered answers with a provider of its own that does nothing
  return provider === apiGlobal()?.logs ? provider : undefined;
}

/** The logger provider that is registered with `@opentelemetry/api-logs`; not the one that {@link forwarding} made. */
export function registeredSeparateLogs(): LoggerProviderLike | undefined {
  if ((globalThis as unknown as Record<symbol, unknown>)[API_LOGS_GLOBAL] === undefined) return undefined;
  const provider = separateLogs().getLoggerProvider();
  return isForwarding(provider) ? undefined : provider;
}

/** Forgets what is registered with one of the logs APIs, while the loggers that it has handed out stay connected. */
export function forgetLogs(which: 'built' | 'separate'): void {
  if (which === 'separate') delete (globalThis as unknown as Record<symbol, unknown>)[API_LOGS_GLOBAL];
  else delete (apiGlobal() as { logs?: object } | undefined)?.logs;
}

/** Whether `@opentelemetry/api-logs` forwards to `@opentelemetry/api`. */
export function separateLogsForward(): boolean {
  return isForwarding(separateLogs().getLoggerProvider());
}

/** The meter provider that is registered. */
export function registeredMetrics(): MeterProvider | undefined {
  if (apiGlobal()?.metrics === undefined) return undefined;
  const provider = api.metrics.getMeterProvider();
  return provider === apiGlobal()?.metrics ? provider : undefined;
}

/** Marks a provider as one that only forwards. */
export function forwarding<T extends LoggerProviderLike>(provider: T): T {
  return Object.assign(provider, { [FORWARDS]: true });
}

function isForwarding(provider: object): boolean {
  return (provider as Record<symbol, unknown>)[FORWARDS] === true;
}

/** Providers that were found to be real, which they stay. */
const real = new WeakSet<object>();

/** Whether records that are emitted to a provider arrive anywhere: not at one that does nothing, nor at a proxy that waits. */
export function isReal(provider: LoggerProviderLike): boolean {
  if (real.has(provider)) return true;
  const found = looksReal(provider);
  if (found) real.add(provider);
  return found;
}

function looksReal(provider: LoggerProviderLike): boolean {
  const { _getDelegate, getDelegate, _delegate, forceFlush } = provider as {
    _getDelegate?: unknown;
    getDelegate?: unknown;
    _delegate?: LoggerProviderLike;
    forceFlush?: unknown;
  };
  if (typeof (_getDelegate ?? getDelegate) === 'function') return _delegate !== undefined && isReal(_delegate);
  // those of the SDKs can be flushed: they need not be asked for a logger
  return typeof forceFlush === 'function' || !isNoop(provider.getLogger('rimp-telemetry'));
}

/** Whether a logger is one that does nothing, of a copy of either API that this library loads. */
function isNoop(logger: unknown): boolean {
  const separate = loadApiLogs();
  const noops = [separate, api].map((module) =>
    (exportOf(module, 'createNoopLogger') as (() => object) | undefined)?.(),
  );
  const older = exportOf(separate, 'NOOP_LOGGER') as object | undefined;
  return [...noops, older].some(
    (noop) => noop !== undefined && Object.getPrototypeOf(noop) === Object.getPrototypeOf(logger),
  );
}
