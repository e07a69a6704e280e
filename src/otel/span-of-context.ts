import { isSpanContextValid, type SpanContext, trace } from '@opentelemetry/api';
import type { Context } from './sdk-types.js';

/** The span of a context, if it has a valid one. */
export function spanOf(context: Context): SpanContext | undefined {
  const span = trace.getSpanContext(context);
  return span !== undefined && isSpanContextValid(span) ? span : undefined;
}
