import { context, isSpanContextValid, type SpanContext, trace } from '@opentelemetry/api';
import type { Context } from './sdk-types.js';

// asked for once: what the API exports are accessors, of which each call costs more than what it gives
const contexts = context;
const traces = trace;
const isValid = isSpanContextValid;

/** The context that is active. */
export function activeContext(): Context {
  return contexts.active();
}

/** The span of a context, if it has a valid one. */
export function spanOf(of: Context): SpanContext | undefined {
  const span = traces.getSpanContext(of);
  return span !== undefined && isValid(span) ? span : undefined;
}
