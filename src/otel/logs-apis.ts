import * as api from '@opentelemetry/api';
import { logs as separateLogs } from '@opentelemetry/api-logs';

/** The logs API, as either package has it. */
interface LogsApi {
  getLoggerProvider(): object;
  getLogger(name: string, version?: string, options?: object): never;
}

/** When it is looked whether there is something to bridge, in milliseconds from the call. */
const LOOKS_MILLIS = [0, 100, 1_000, 10_000];

/**
 * Has log records that are emitted through `@opentelemetry/api-logs` reach the provider that is registered with
 * `@opentelemetry/api`: SDK 3.x registers there, while transports such as winston's still emit to the former. Nothing
 * happens with SDK 2.x, or where a provider is registered with both.
 *
 * @returns whether records of both APIs now reach a provider.
 */
export function bridgeLogsApis(): boolean {
  const built = (api as { readonly logs?: LogsApi }).logs;
  const separate = separateLogs as unknown as LogsApi;
  if (isReal(separate.getLoggerProvider())) return built === undefined || isReal(built.getLoggerProvider());
  if (built === undefined || !isReal(built.getLoggerProvider())) return false;
  separateLogs.setGlobalLoggerProvider({
    getLogger: (name, version, options) => built.getLogger(name, version, options),
  });
  return true;
}

/** The same, once a provider is there: now, or within the next seconds. */
export function bridgeLogsApisSoon(): void {
  if (!('logs' in api)) return;
  for (const delay of LOOKS_MILLIS) setTimeout(bridgeLogsApis, delay).unref();
}

/** Whether a provider is one of an SDK's: not the one that does nothing, nor the proxy that waits for a real one. */
export function isReal(provider: object): boolean {
  const name = (provider.constructor as { readonly name?: string } | undefined)?.name;
  return name !== 'NoopLoggerProvider' && name !== 'ProxyLoggerProvider';
}
