import { isRetryable } from '../send/response.js';

/**
 * Codes of gRPC after which a request must not be sent again (OTLP specification, "OTLP/gRPC Response"), but
 * RESOURCE_EXHAUSTED, 8, after which it may be if the server says when.
 */
const GRPC_REFUSALS: ReadonlySet<unknown> = new Set([2, 3, 5, 6, 7, 9, 12, 13, 16]);

/** Whether the error of an exporter of OpenTelemetry's is an answer after which a request must not be sent again. */
export function isRefusal(error: unknown): boolean {
  try {
    const { code, details } = error as { readonly code?: unknown; readonly details?: unknown };
    if (typeof code !== 'number') return false;
    // grpc-js says in words what the server answered
    if (code <= 16) return typeof details === 'string' && GRPC_REFUSALS.has(code);
    return code >= 300 && code < 600 && !isRetryable(code);
  } catch {
    return false;
  }
}
