import type { TagValue } from '../model/metric.js';
import { labelName } from './names.js';

/** Names that have a meaning of their own in a histogram's samples. */
const RESERVED: ReadonlySet<string> = new Set(['le', 'quantile']);

/**
 * Labels as they stand between the braces, in the order of their names. Tags whose names become the same have their
 * values joined by `;` (OpenTelemetry's "Prometheus and OpenMetrics Compatibility", "Metric Attributes").
 */
export function labelText(pairs: readonly (readonly [key: string, value: TagValue])[]): string {
  if (pairs.length === 0) return '';
  const byName = new Map<string, string>();
  // in the order of the keys as they came, so that the order of tags makes no other series
  for (const [key, value] of [...pairs].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))) {
    const plain = labelName(key);
    const name = RESERVED.has(plain) ? `${plain}_` : plain;
    const before = byName.get(name);
    byName.set(name, before === undefined ? String(value) : `${before};${value}`);
  }
  return [...byName]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}="${escapeLabel(value)}"`)
    .join(',');
}

/** A label's value with what ends it escaped; what is no Unicode is replaced. */
export function escapeLabel(text: string): string {
  return text.toWellFormed().replace(/[\\"\n]/g, (character) => (character === '\n' ? '\\n' : `\\${character}`));
}
