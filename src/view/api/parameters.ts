import { closestName } from '../../model/spelling.js';
import { badRequest } from './api-error.js';

/** The parameters of a request's query string, whose names are known. An empty one is none. */
export class Parameters {
  readonly #given: URLSearchParams;

  /** @throws ApiProblem 400 if a name is unknown. */
  constructor(search: string, known: readonly string[]) {
    this.#given = new URLSearchParams(search);
    for (const name of this.#given.keys()) {
      if (known.includes(name)) continue;
      const meant = closestName(name, known);
      const hint = meant === undefined ? `expected one of ${known.join(', ')}` : `did you mean "${meant}"?`;
      throw badRequest(`unknown parameter "${name.slice(0, 100)}": ${hint}`);
    }
  }

  text(name: string): string | undefined {
    return this.#given.get(name) || undefined;
  }

  all(name: string): readonly string[] {
    return this.#given.getAll(name).filter((text) => text.trim() !== '');
  }

  /** @throws ApiProblem 400 if it is no whole number from `min` on; a larger one than `max` is `max`. */
  count(name: string, fallback: number, { min = 0, max }: { readonly min?: number; readonly max: number }): number {
    const text = this.text(name);
    if (text === undefined) return fallback;
    if (!/^\d{1,15}$/.test(text) || Number(text) < min)
      throw badRequest(`expected "${name}" to be a whole number from ${min} on, got "${text.slice(0, 40)}"`);
    return Math.min(max, Number(text));
  }

  /** @throws ApiProblem 400 if it is none of these words. */
  word<W extends string>(name: string, words: readonly W[]): W | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const found = words.find((word) => word === text);
    if (found === undefined)
      throw badRequest(`expected "${name}" to be ${words.join(' or ')}, got "${text.slice(0, 40)}"`);
    return found;
  }
}
