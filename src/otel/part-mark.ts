/** A part of ours that sits in an SDK's provider. */
export type PartKind = 'processor' | 'reader' | 'span processor';

const MARK = Symbol.for('rimp-telemetry.part');

/** Marks a processor or reader, so that `rimp doctor` finds it in a provider of any generation. */
export function markPart(part: object, kind: PartKind): void {
  Object.defineProperty(part, MARK, { value: kind });
}

/** How deep a part may lie in a provider, and how many objects are looked at on the way. */
const MAX_DEPTH = 6;
const MAX_OBJECTS = 2_000;

/** Whether a provider, which lets nobody ask, holds a part of ours. */
export function holdsPart(provider: object, kind: PartKind): boolean {
  const seen = new Set<object>([provider]);
  let level: object[] = [provider];
  for (let depth = 0; depth < MAX_DEPTH && level.length > 0; depth += 1) {
    if (level.some((one) => (one as Record<symbol, unknown>)[MARK] === kind)) return true;
    level = level.flatMap(within).filter((one) => !seen.has(one) && seen.size < MAX_OBJECTS && seen.add(one));
  }
  return false;
}

/** The objects that are the values of an object's own fields; getters are left alone. */
function within(one: object): object[] {
  const values = Object.values(Object.getOwnPropertyDescriptors(one)).map(({ value }: { value?: unknown }) => value);
  return values.filter((value): value is object => typeof value === 'object' && value !== null);
}
