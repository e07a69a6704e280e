import { show, TelemetryError } from '../model/errors.js';
import type { Diagnostics } from '../runtime/diagnostics.js';
import { apiGlobal, isReal, registeredLogs, registeredMetrics, registeredSeparateLogs } from './registered.js';
import type { FlushableLike, LoggerProviderLike, MeterProvider } from './sdk-types.js';

/** A provider, or a function that gives it as soon as there is one. */
export type ProviderOption<T> = T | (() => T | undefined);

/** The providers that a collector emits to; if one is absent, the global one is used. */
export interface Providers {
  /** The logger provider, or a function that gives it; default: the global one, looked up at each call. */
  readonly loggerProvider?: ProviderOption<LoggerProviderLike> | undefined;
  /** The meter provider, or a function that gives it; default: the global one, looked up at each call. */
  readonly meterProvider?: ProviderOption<MeterProvider> | undefined;
}

/** Finds the providers, each time anew, as one may be registered at any time. */
export class ProviderResolver {
  readonly #diagnostics: Diagnostics;
  #given: Providers;
  /** The given logger provider, if it was found to be real, which it stays. */
  #real: LoggerProviderLike | undefined;

  /** @throws TelemetryError `RIMP_INVALID_ARGUMENT` if a given provider is none. */
  constructor(given: Providers, diagnostics: Diagnostics) {
    this.#given = checked(given);
    this.#diagnostics = diagnostics;
  }

  use(given: Providers): void {
    this.#given = { ...this.#given, ...checked(given) };
    this.#real = undefined;
  }

  /** The given logger provider, else the global that holds a real one, else `undefined`. */
  loggerProvider(): LoggerProviderLike | undefined {
    return this.#real ?? this.#loggerProvider();
  }

  #loggerProvider(): LoggerProviderLike | undefined {
    const given = this.#given.loggerProvider;
    const provider = given === undefined ? undefined : this.#call(given);
    if (provider !== undefined) {
      if (!isReal(provider)) return undefined;
      if (provider === given) this.#real = provider;
      return provider;
    }
    const separate = registeredSeparateLogs();
    const built = registeredLogs();
    if (separate !== undefined && built !== undefined && separate !== built) {
      this.#diagnostics.report(
        'two_logs_apis',
        'logger providers are registered with @opentelemetry/api-logs and with @opentelemetry/api as well: ' +
          'events go to the one of @opentelemetry/api; give the collector the loggerProvider that you mean',
      );
    }
    const found = built ?? separate;
    if (found === undefined) this.#reportUnreachable('logs', 'logger provider');
    return found;
  }

  /** The given meter provider, else the global one; `undefined` if there is none. */
  meterProvider(): MeterProvider | undefined {
    const given = this.#given.meterProvider;
    if (typeof given === 'object') return given;
    const own = given === undefined ? undefined : this.#call(given);
    if (own !== undefined) return own;
    const found = registeredMetrics();
    if (found === undefined) this.#reportUnreachable('metrics', 'meter provider');
    return found;
  }

  /** The providers that can be flushed, each once. */
  flushable(): FlushableLike[] {
    const found = new Set<FlushableLike>();
    for (const provider of [this.loggerProvider(), this.meterProvider()]) {
      if (typeof (provider as FlushableLike | undefined)?.forceFlush === 'function')
        found.add(provider as FlushableLike);
    }
    return [...found];
  }

  /** Another copy of the API may hold a provider that the copy which this library loads can't use. */
  #reportUnreachable(signal: 'logs' | 'metrics', what: string): void {
    const registered = apiGlobal();
    if (registered?.[signal] === undefined) return;
    this.#diagnostics.report(
      'two_apis',
      `a ${what} is registered with another copy of @opentelemetry/api (${registered.version}) that the copy which ` +
        'rimp-telemetry loads can not use: make them one with "npm dedupe", or give the collector the provider',
    );
  }

  #call<T extends object>(option: ProviderOption<T>): T | undefined {
    if (typeof option !== 'function') return option;
    try {
      return (option as () => T | undefined)();
    } catch (error) {
      this.#diagnostics.report('provider', 'the function that gives a provider failed', error);
      return undefined;
    }
  }
}

function checked(given: Providers): Providers {
  check('loggerProvider', given.loggerProvider, 'getLogger');
  check('meterProvider', given.meterProvider, 'getMeter');
  return given;
}

function check(name: string, provider: unknown, method: string): void {
  if (provider === undefined || typeof provider === 'function') return;
  if (
    typeof provider === 'object' &&
    provider !== null &&
    typeof (provider as Record<string, unknown>)[method] === 'function'
  )
    return;
  throw new TelemetryError(
    'RIMP_INVALID_ARGUMENT',
    `TelemetryCollector: expected "${name}" to be a provider with ${method}(), or a function that gives one, got ${show(provider)}`,
  );
}
