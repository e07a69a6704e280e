import * as apiLogs from '@opentelemetry/api-logs';

/** Loads `@opentelemetry/api-logs`, when something is registered there, or to be. */
export const loadApiLogs = (): typeof apiLogs => apiLogs;
