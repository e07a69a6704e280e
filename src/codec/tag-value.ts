import type { TagValue } from '../model/metric.js';
import { textOfValue } from './any-value-text.js';
import { normaliseValue, wellFormed } from './normalise.js';

/** A tag's value; `undefined` for what has none: undefined itself, null, functions and symbols. */
export function tagValue(value: unknown): TagValue | undefined {
  switch (typeof value) {
    case 'string':
      return wellFormed(value);
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) ? (value === 0 ? 0 : value) : String(value);
    case 'undefined':
    case 'function':
    case 'symbol':
      return undefined;
    default: {
      if (value === null) return undefined;
      const copied = normaliseValue(value).value;
      return typeof copied === 'object' ? textOfValue(copied) : copied;
    }
  }
}
