import { type Digest, digestOf, mixed, SEED, uuidOf } from '../../codec/digest-id.js';
import { setOwn } from '../../codec/normalise.js';
import { isUid } from '../../model/record-uid.js';
import type { HrTime } from '../../otel/sdk-types.js';

const UID = 'log.record.uid';

/**
 * Gives the log records and points of one request ids that they get again when the request is sent again: a sender that
 * had no answer repeats it, and a database is to hold each of them once. Equal ones of one request differ by their number.
 * What has no time gets no id: nothing distinguishes it from a later one.
 */
export class RecordIds {
  readonly #numbers = new Map<string, number>();

  /** Sets the id of a record that has none of its own, in its attributes. */
  give(attributes: object, time: HrTime, source: () => string | Uint8Array, shared: Digest): void {
    const all = attributes as Record<string, unknown>;
    // one that is no text stays an attribute
    const hasOwn = Object.hasOwn(all, UID) && (typeof all[UID] !== 'string' || isUid(all[UID]));
    if (hasOwn || isUnknown(time)) return;
    setOwn(all, UID, uuidOf(time, this.#digest(source(), shared)));
  }

  /** What gives the ids of the items that a point becomes, each a part of it; `undefined` if the point has no time. */
  ofPoint(time: HrTime, source: () => string | Uint8Array, shared: () => Digest): PointId | undefined {
    if (isUnknown(time)) return undefined;
    const digest = this.#digest(source(), shared());
    return (part) => uuidOf(time, part === '' ? digest : digestOf(part, digest));
  }

  #digest(source: string | Uint8Array, shared: Digest): Digest {
    const digest = digestOf(source, shared);
    const key = digest.join();
    const number = this.#numbers.get(key) ?? 0;
    this.#numbers.set(key, number + 1);
    return number === 0 ? digest : mixed(digest, number);
  }
}

/** The id of a part of a point; `''`: of the point itself. */
export type PointId = (part: string) => string;

function isUnknown([seconds, nanos]: HrTime): boolean {
  return seconds === 0 && nanos === 0;
}

/** The digest of what the points of one metric share. */
export function metricDigest(shared: Digest, ...parts: readonly unknown[]): Digest {
  return digestOf(JSON.stringify(parts), shared);
}

/** The digest of what records and metrics share. */
export function sharedDigest(resource: object, scope: object): Digest {
  const plain = (_key: string, value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value);
  return digestOf(JSON.stringify([resource, scope], plain), SEED);
}
