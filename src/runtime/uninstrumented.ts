/** Functions that are unwrapped at most: a wrapper that names itself as its original would never end. */
const MAX_WRAPPERS = 16;

/**
 * A function as it was before instrumentations wrapped it; they keep it under `__original`. An instrumentation calls its
 * hooks also when tracing is suppressed: a hook that logs would be called by the request that sends what it logged.
 */
export function uninstrumented<T extends (...args: never) => unknown>(wrapped: T): T {
  let found = wrapped;
  for (let i = 0; i < MAX_WRAPPERS; i += 1) {
    const original = (found as { readonly __original?: unknown }).__original;
    if (typeof original !== 'function') break;
    found = original as T;
  }
  return found;
}
