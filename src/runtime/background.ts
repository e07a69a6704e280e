import { AsyncResource } from 'node:async_hooks';
import { type Context, context, createContextKey, ROOT_CONTEXT } from '@opentelemetry/api';

// `createContextKey` takes the global symbol of that name: the key is the one of every copy of `@opentelemetry/core`
const SUPPRESS_TRACING = createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING');

/** The root context with tracing suppressed: instrumentations make no spans of what runs in it. */
const UNTRACED: Context = ROOT_CONTEXT.setValue(SUPPRESS_TRACING, true);

// made when the module is loaded: what is stored in an AsyncLocalStorage by then belongs to no request
const outside = new AsyncResource('rimp-telemetry', { requireManualDestroy: true });

/**
 * Runs work of this library's own: outside the asynchronous context and the trace of whichever request happened to
 * cause it, and with tracing suppressed. Whatever does I/O, waits or calls sinks and consumers goes through here.
 */
export function inBackground<T>(run: () => T): T {
  return outside.runInAsyncScope(() => context.with(UNTRACED, run));
}
