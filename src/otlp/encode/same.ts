import { holdsBytes } from '../../codec/json-line-encode.js';

/** One object for equal ones, as OpenTelemetry's serialiser groups by identity. */
export class Same<T extends object> {
  readonly #made = new Map<string, T>();

  /** All of them, in the order in which they were first asked for. */
  get all(): T[] {
    return [...this.#made.values()];
  }

  get(key: string, make: () => T): T {
    let made = this.#made.get(key);
    if (made === undefined) {
      made = make();
      this.#made.set(key, made);
    }
    return made;
  }
}

/** A text that is the same for what is equal, and for nothing else. */
export function keyOf(value: object | undefined): string {
  return value === undefined ? '' : JSON.stringify(value, holdsBytes(value) ? bytesApart : undefined);
}

function bytesApart(_key: string, value: unknown): unknown {
  return value instanceof Uint8Array ? { '\0bytes': Array.from(value) } : value;
}
