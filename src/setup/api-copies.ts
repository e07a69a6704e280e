import * as api from '@opentelemetry/api';
import { type LogsApi, separateLogs } from '../otel/registered.js';
import type { MeterProvider } from '../otel/sdk-types.js';
import { requireEsModule, requireFromApplication, requireThrough } from '../runtime/application-require.js';

/** The metrics API. */
export interface MetricsApi {
  setGlobalMeterProvider(provider: MeterProvider): boolean;
}

/** Packages that may bring copies of the APIs along. */
const BRINGERS = ['@opentelemetry/sdk-node', '@opentelemetry/auto-instrumentations-node'];

/*
 * A process may hold an API more than once: as CommonJS and as ES module, and in several versions. What is registered is
 * one for all of them, but each hands out loggers of its own, which it connects only to what is registered through itself.
 */

/** The metrics APIs of this process, ours first. */
export function metricsApis(): MetricsApi[] {
  return distinct(copiesOf<{ readonly metrics: MetricsApi }>('@opentelemetry/api', api).map(({ metrics }) => metrics));
}

/** The logs APIs of this process, ours first: those in `@opentelemetry/api` and those in `@opentelemetry/api-logs`. */
export function logsApis(): { readonly built: LogsApi[]; readonly separate: LogsApi[] } {
  const built = copiesOf<{ readonly logs?: LogsApi }>('@opentelemetry/api', api).map(({ logs }) => logs);
  const separate = copiesOf<{ readonly logs: LogsApi }>('@opentelemetry/api-logs', { logs: separateLogs() });
  return { built: distinct(built), separate: distinct(separate.map(({ logs }) => logs)) };
}

function copiesOf<T extends object>(name: string, own: object): T[] {
  const found = [
    own,
    requireFromApplication(name),
    requireEsModule(name),
    ...BRINGERS.map((bringer) => requireThrough(bringer, name)),
  ];
  return found.filter((module) => module !== undefined) as T[];
}

function distinct<T>(all: readonly (T | undefined)[]): T[] {
  return [...new Set(all)].filter((one) => one !== undefined);
}
