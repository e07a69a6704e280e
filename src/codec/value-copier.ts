import type { AnyValue, AnyValueMap } from '../model/any-value.js';
import { jsonOfValue } from './any-value-text.js';
import { base64ToBytes } from './base64.js';
import { CopyLimits, TRUNCATED } from './copy-limits.js';
import { kindOf } from './object-kind.js';
import { isHostileKey, setOwn, wellFormed } from './own-fields.js';

/** Levels of maps and arrays that are kept. */
export const MAX_DEPTH = 16;

/** Where counting what an array has beyond the limits ends: its length may be made up. */
const MAX_LOST = 2 ** 32;

/** What stands in for a value that refers to one of those around it. */
export const CIRCULAR = '[Circular]';
/** What stands in for a value that throws when it is read. */
export const UNREADABLE = '[Unreadable]';

type Copied = AnyValue | undefined;

/** Copies one value, within limits for all of it together. */
export class Copier {
  readonly #limits = new CopyLimits();
  readonly #around: object[] = [];

  /** How much could not be copied. */
  get lost(): number {
    return this.#limits.lost;
  }

  /** The copy of a whole map of metadata, which is a map whatever its keys are. */
  metadata(metadata: unknown): AnyValueMap {
    if (typeof metadata === 'object' && metadata !== null) {
      this.#around.push(metadata);
      switch (kindOf(metadata)) {
        case 'error':
          this.#around.pop();
          return { error: this.copy(metadata, 1) ?? null };
        case 'plain':
          return this.#ownFields(metadata, 0);
        case 'map':
          return this.#mapOr(() => this.#entries(this.#first(metadata as ReadonlyMap<unknown, unknown>), 0));
        case 'json':
          return this.#mapOr(() => this.#fromJson((metadata as { toJSON(): unknown }).toJSON()));
        default:
          this.#around.pop();
      }
    }
    const copied = this.copy(metadata, 0);
    return copied === undefined ? {} : { value: copied };
  }

  #mapOr(read: () => AnyValueMap): AnyValueMap {
    try {
      return read();
    } catch {
      this.#limits.lost += 1;
      return { value: UNREADABLE };
    }
  }

  /** What `toJSON` gives is copied once: an object whose `toJSON` gives itself has no end. */
  #fromJson(value: unknown): AnyValueMap {
    if (typeof value === 'object' && value !== null && kindOf(value) === 'plain' && !this.#around.includes(value)) {
      this.#around.push(value);
      return this.#ownFields(value, 0);
    }
    const copied = this.copy(value, 1);
    return copied === undefined ? {} : { value: copied };
  }

  /** The copy of a value; `undefined` for what has no copy: undefined itself, functions and symbols. */
  copy(value: unknown, depth: number): Copied {
    switch (typeof value) {
      case 'string':
        return this.#limits.text(value);
      case 'number':
        return this.#limits.count() ? number(value) : TRUNCATED;
      case 'boolean':
        return this.#limits.count() ? value : TRUNCATED;
      case 'bigint':
        return this.#limits.count() ? bigint(value) : TRUNCATED;
      case 'undefined':
        this.#limits.count();
        return undefined;
      case 'object':
        if (value === null) return this.#limits.count() ? null : TRUNCATED;
        return this.#object(value, depth);
      default:
        this.#limits.count();
        this.#limits.lost += 1;
        return undefined;
    }
  }

  #object(value: object, depth: number): Copied {
    if (this.#around.includes(value)) {
      this.#limits.lost += 1;
      return CIRCULAR;
    }
    if (depth >= MAX_DEPTH || !this.#limits.count()) {
      if (depth >= MAX_DEPTH) this.#limits.lost += 1;
      return TRUNCATED;
    }
    this.#around.push(value);
    try {
      return this.#contents(value, depth);
    } catch {
      this.#limits.lost += 1;
      return UNREADABLE;
    } finally {
      this.#around.pop();
    }
  }

  #contents(value: object, depth: number): Copied {
    switch (kindOf(value)) {
      case 'array':
        return this.#list(value as readonly unknown[], depth);
      case 'date': {
        const time = Date.prototype.getTime.call(value);
        return Number.isNaN(time) ? 'Invalid Date' : new Date(time).toISOString();
      }
      case 'error':
        return this.#asMap(this.#error(value as Error, depth));
      case 'bytes':
        return this.#limits.bytes(value as ArrayBuffer | ArrayBufferView);
      case 'map':
        return this.#asMap(this.#entries(this.#first(value as ReadonlyMap<unknown, unknown>), depth));
      case 'set':
        return this.#list(this.#first(value as ReadonlySet<unknown>), depth);
      case 'text':
        return this.#limits.text(String(value as RegExp));
      case 'boxed':
        return this.copy((value as { valueOf(): unknown }).valueOf(), depth + 1);
      case 'json':
        return this.copy((value as { toJSON(): unknown }).toJSON(), depth + 1);
      default:
        return this.#asMap(this.#ownFields(value, depth));
    }
  }

  #list(items: readonly unknown[], depth: number): AnyValue {
    const list: AnyValue[] = [];
    const { length } = items;
    for (let i = 0; i < length; i += 1) {
      if (this.#limits.room === 0) {
        this.#limits.lost += Math.min(length, MAX_LOST) - i;
        list.push(TRUNCATED);
        break;
      }
      list.push(this.#read(items, i, depth) ?? null);
    }
    return list;
  }

  /** As many items as there is room for, and one more, of something that may have no end. */
  #first<T>(items: Iterable<T>): T[] {
    const first: T[] = [];
    for (const item of items) {
      first.push(item);
      if (first.length > this.#limits.room) break;
    }
    return first;
  }

  #read(from: object, key: string | number, depth: number): Copied {
    let value: unknown;
    try {
      value = (from as Record<string | number, unknown>)[key];
    } catch {
      this.#limits.count();
      this.#limits.lost += 1;
      return UNREADABLE;
    }
    return this.copy(value, depth + 1);
  }

  #ownFields(from: object, depth: number): Record<string, AnyValue> {
    const map: Record<string, AnyValue> = {};
    let keys: readonly string[];
    try {
      keys = Object.keys(from);
    } catch {
      this.#limits.lost += 1;
      return { value: UNREADABLE };
    }
    for (let i = 0; i < keys.length; i += 1) {
      if (this.#limits.room === 0) {
        this.#limits.lost += keys.length - i;
        break;
      }
      const key = keys[i] as string;
      const value = this.#read(from, key, depth);
      if (value !== undefined) setOwn(map, wellFormed(key), value);
    }
    return map;
  }

  #entries(entries: readonly (readonly [unknown, unknown])[], depth: number): Record<string, AnyValue> {
    const map: Record<string, AnyValue> = {};
    for (const [key, value] of entries) {
      if (this.#limits.room === 0) {
        this.#limits.lost += 1;
        continue;
      }
      const copied = this.copy(value, depth + 1);
      if (copied !== undefined) setOwn(map, wellFormed(typeof key === 'symbol' ? key.toString() : String(key)), copied);
    }
    return map;
  }

  #error(error: Error, depth: number): Record<string, AnyValue> {
    const map: Record<string, AnyValue> = {};
    for (const key of ['name', 'message', 'stack', 'cause', 'errors']) {
      if (key === 'cause' || key === 'errors' ? Object.hasOwn(error, key) : true) {
        const value = this.#read(error, key, depth);
        if (value !== undefined && value !== null) map[key] = value;
      }
    }
    const own = this.#ownFields(error, depth);
    for (const key of Object.keys(own)) if (!Object.hasOwn(map, key)) setOwn(map, key, own[key] as AnyValue);
    return map;
  }

  /** A map inside the metadata: as its JSON text if it has keys that the SDKs would drop it for. */
  #asMap(map: Record<string, AnyValue>): AnyValue {
    const keys = Object.keys(map);
    if (keys.some(isHostileKey)) return jsonOfValue(map);
    const only = keys.length === 1 ? map.bytesValue : undefined;
    return (typeof only === 'string' ? base64ToBytes(only) : undefined) ?? map;
  }
}

function number(value: number): number | string {
  if (Number.isFinite(value)) return value === 0 ? 0 : value;
  return String(value);
}

function bigint(value: bigint): number | string {
  const exact = Number(value);
  return Number.isSafeInteger(exact) ? exact : value.toString();
}
