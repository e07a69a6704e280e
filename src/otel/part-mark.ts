/** A part of ours that sits in an SDK's provider. */
export type PartKind = 'processor' | 'reader';

const MARK = Symbol.for('rimp-telemetry.part');

/** Marks a processor or reader, so that `rimp doctor` finds it in a provider of any generation. */
export function markPart(part: object, kind: PartKind): void {
  Object.defineProperty(part, MARK, { value: kind });
}
