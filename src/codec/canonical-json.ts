import { bytesToBase64 } from './base64.js';

/** A value as text that is the same for equal values: keys in order, bytes and numbers as the file format has them. */
export function canonicalJson(value: unknown): string {
  if (typeof value === 'number') return Number.isFinite(value) ? JSON.stringify(value) : `"${value}"`;
  if (value instanceof Uint8Array) return `{"bytesValue":"${bytesToBase64(value)}"}`;
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const map = value as Record<string, unknown>;
  const entries = Object.keys(map)
    .filter((key) => map[key] !== undefined)
    .toSorted()
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(map[key])}`);
  return `{${entries.join(',')}}`;
}
