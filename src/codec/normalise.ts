import type { AnyValue, AnyValueMap } from '../model/any-value.js';
import { flatCopy } from './flat-copy.js';
import { Copier } from './value-copier.js';

export { MAX_CHARACTERS, MAX_NODES, TRUNCATED } from './copy-limits.js';
export { isHostileKey, setOwn, wellFormed } from './own-fields.js';
export { CIRCULAR, MAX_DEPTH, UNREADABLE } from './value-copier.js';

/** A normalised copy, and how much of the original is not in it. */
export interface Normalised<T> {
  readonly value: T;
  /** Values that were left out, cut or could not be read. */
  readonly lost: number;
  /** If it is a map of at most 64 texts, finite numbers and booleans: how many; absent if that is not known. */
  readonly flatKeys?: number | undefined;
  /** An estimate of the memory that its keys and values take, in bytes; absent if it was not counted. */
  readonly bytes?: number | undefined;
  /** Whether a key can be added to the copy at once; absent if that is not known. */
  readonly grows?: boolean | undefined;
}

/**
 * Copies any value into the form that OpenTelemetry's logs data model allows and both SDK generations accept: plain
 * maps, arrays, text, finite numbers, booleans, null and bytes. It never throws, whatever the value does when read.
 */
export function normaliseValue(value: unknown): Normalised<AnyValue> {
  const copier = new Copier();
  const copied = copier.copy(value, 0);
  return { value: copied === undefined ? null : copied, lost: copier.lost };
}

const NOTHING = { value: undefined, lost: 0, flatKeys: 0, bytes: 0, grows: false };

/**
 * Copies an event's metadata: a map of {@link AnyValue}. Something that is no map becomes the map `{ value: … }`, an
 * Error the map `{ error: … }`; null and undefined become `undefined`.
 */
export function normaliseMetadata(metadata: unknown): Normalised<AnyValueMap | undefined> {
  if (metadata === undefined || metadata === null) return NOTHING;
  const flat = typeof metadata === 'object' ? flatCopy(metadata) : undefined;
  if (flat !== undefined) return flat;
  const copier = new Copier();
  const value = copier.metadata(metadata);
  return { value, lost: copier.lost };
}
