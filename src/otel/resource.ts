import { normaliseMetadata, setOwn } from '../codec/normalise.js';
import type { AnyValueMap } from '../model/any-value.js';
import type { ResourceLike } from './sdk-types.js';

/** Which attributes of a resource go along with each item. */
export type ResourceAttributes = 'service' | 'all';

/** Picks attributes of resources, and remembers what it picked from each. */
export class ResourcePicker {
  readonly #all: boolean;
  readonly #identity: AnyValueMap | undefined;
  readonly #picked = new WeakMap<ResourceLike, { readonly map: AnyValueMap | undefined }>();

  /** @param identity - what goes along with every item, whatever its resource. */
  constructor(which: ResourceAttributes, identity: AnyValueMap | undefined) {
    this.#all = which === 'all';
    this.#identity = identity;
  }

  /** `service.*` and `process.pid`, or all, and the identity; `undefined` where there is nothing of it. */
  pick(resource: ResourceLike | undefined): AnyValueMap | undefined {
    if (typeof resource !== 'object' || resource === null) return this.#identity;
    const known = this.#picked.get(resource);
    if (known !== undefined) return known.map;
    const map: Record<string, AnyValueMap[string]> = { ...this.#identity };
    for (const [key, value] of Object.entries(normaliseMetadata(resource.attributes).value ?? {})) {
      if (this.#all || key.startsWith('service.') || key === 'process.pid') setOwn(map, key, value);
    }
    const picked = Object.keys(map).length === 0 ? undefined : Object.freeze(map);
    // detectors may still be at work
    if (resource.asyncAttributesPending !== true) this.#picked.set(resource, { map: picked });
    return picked;
  }
}
