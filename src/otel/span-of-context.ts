import { context, isSpanContextValid, ROOT_CONTEXT, type SpanContext, trace } from '@opentelemetry/api';
import type { Context } from './sdk-types.js';

// asked for once: what the API exports are accessors, of which each call costs more than what it gives
const contexts = context;
const traces = trace;
const isValid = isSpanContextValid;
const root = ROOT_CONTEXT;

/** The context that is active. */
export function activeContext(): Context {
  return contexts.active();
}

/** The span of a context, if it has a valid one. */
export function spanOf(of: Context): SpanContext | undefined {
  // which has nothing: mostly the active one outside of requests
  if (of === root) return undefined;
  const span = traces.getSpanContext(of);
  return span !== undefined && isValid(span) ? span : undefined;
}
