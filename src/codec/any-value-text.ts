import type { AnyValue } from '../model/any-value.js';
import { bytesToBase64 } from './base64.js';

/**
 * Any value as text, as OpenTelemetry's common specification shows one to what knows text alone ("AnyValue
 * representation for non-OTLP protocols"): text as it is, bytes as base64, arrays and maps as JSON with bytes inside as
 * base64; null is empty text.
 */
export function textOfValue(value: AnyValue): string {
  if (typeof value === 'string') return value;
  if (value === null) return '';
  if (value instanceof Uint8Array) return bytesToBase64(value);
  return typeof value === 'object' ? jsonOfValue(value) : String(value);
}

/** An array or a map as JSON text, with bytes inside as base64. */
export function jsonOfValue(value: AnyValue): string {
  return JSON.stringify(value, base64InText);
}

function base64InText(_key: string, value: unknown): unknown {
  return value instanceof Uint8Array ? bytesToBase64(value) : value;
}
