import type { LoggerProviderLike, MeterProvider } from '../otel/sdk-types.js';
import { logsApis, metricsApis } from './api-copies.js';
import { wrapMethod } from './wrap-method.js';

/** What runs in place of a registration: `register` does it, and gives the API's answer. */
export interface RegistrationHooks {
  logs(provider: LoggerProviderLike, register: () => unknown): unknown;
  metrics(provider: MeterProvider, register: () => boolean): boolean;
}

/**
 * Has hooks run around each registration of a global provider, through whichever copy of the APIs.
 *
 * @returns what ends it: the APIs are then as they were before.
 */
export function aroundRegistrations(hooks: RegistrationHooks): () => void {
  const { built, separate } = logsApis();
  const undo = [
    ...metricsApis().map((api) =>
      wrapMethod(api, 'setGlobalMeterProvider', (register, provider) =>
        hooks.metrics(provider, () => register(provider)),
      ),
    ),
    ...[...built, ...separate].map((api) =>
      wrapMethod(api, 'setGlobalLoggerProvider', (register, provider) =>
        hooks.logs(provider, () => register(provider)),
      ),
    ),
  ];
  return () => {
    for (const step of undo) step();
  };
}
