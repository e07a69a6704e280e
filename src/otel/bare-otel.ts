import type { AnyValueMap } from '../model/any-value.js';

/** What OpenTelemetry knows of an item, if that is its resource alone. */
export interface BareOtel {
  readonly resource: AnyValueMap;
}

let last: BareOtel | undefined;

/** What all items of a resource share of which nothing else is known: an object less for each, and one that an encoder knows again. */
export function bareOtel(resource: AnyValueMap): BareOtel {
  if (last?.resource !== resource) last = Object.freeze({ resource });
  return last;
}
