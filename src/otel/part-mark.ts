/** A part of ours that sits in an SDK's provider. */
export type PartKind = 'processor' | 'reader' | 'span processor';

const MARK = Symbol.for('rimp-telemetry.part');

/** Marks a processor or reader, so that `rimp doctor` finds it in a provider of any generation. */
export function markPart(part: object, kind: PartKind): void {
  Object.defineProperty(part, MARK, { value: kind });
}

/**
 * Whether a provider, which lets nobody ask, holds a part of ours. Getters are left alone.
 *
 * It refers to nothing outside of itself, as `rimp doctor` runs its text in the process of a project.
 *
 * @param maxDepth - how deep a part may lie.
 * @param maxObjects - how many objects are looked at on the way.
 */
export function holdsPart(provider: unknown, kind: PartKind, maxDepth = 6, maxObjects = 2_000): boolean {
  const mark = Symbol.for('rimp-telemetry.part');
  const seen = new Set<unknown>();
  let level: unknown[] = [provider];
  for (let depth = 0; depth < maxDepth && level.length > 0; depth += 1) {
    const next: unknown[] = [];
    for (const one of level) {
      if ((typeof one !== 'object' && typeof one !== 'function') || one === null || seen.has(one)) continue;
      if (seen.size >= maxObjects) return false;
      seen.add(one);
      try {
        if ((one as Record<symbol, unknown>)[mark] === kind) return true;
        if (one instanceof Map) next.push(...one.keys(), ...one.values());
        else if (one instanceof Set) next.push(...one);
        for (const { value } of Object.values(Object.getOwnPropertyDescriptors(one))) next.push(value);
      } catch {
        // what can't be looked into is passed over
      }
    }
    level = next;
  }
  return false;
}
