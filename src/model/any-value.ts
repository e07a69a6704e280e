/**
 * A value as OpenTelemetry's logs data model allows it ("type `any`"): a scalar, bytes, an array or a map of such
 * values. All metadata is held in this form.
 */
export type AnyValue = string | number | boolean | null | Uint8Array | readonly AnyValue[] | AnyValueMap;

/** A map from text to {@link AnyValue}. */
export interface AnyValueMap {
  readonly [key: string]: AnyValue;
}

/** Whether a value is a map: an object that is neither null, nor an array, nor bytes. */
export function isAnyValueMap(value: unknown): value is AnyValueMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
}
