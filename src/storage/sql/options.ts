import { objectOf, POSITIVE_INTEGER, POSITIVE_NUMBER, type Rule } from '../../model/options.js';

/** Which items a database keeps; the oldest leave, and are counted. */
export interface DatabaseRetentionOptions {
  /** At most so many items, of both kinds together. */
  readonly maxItems?: number | undefined;
  /** None that is older than this, in seconds. */
  readonly maxAgeSeconds?: number | undefined;
}

export const RETENTION = objectOf({ maxItems: POSITIVE_INTEGER, maxAgeSeconds: POSITIVE_NUMBER });

/** What a table's name may begin with. */
export const TABLE_PREFIX: Rule = {
  isRight: (value) => typeof value === 'string' && /^[A-Za-z_][A-Za-z0-9_]{0,39}$/.test(value),
  expected: 'a letter or underscore and then at most 39 letters, digits and underscores',
};

export const DEFAULT_TABLE_PREFIX = 'rimp_';

/** Items that are stored before retention is looked at again, and the longest time until then, in milliseconds. */
const CHECK_ITEMS = 10_000;
const CHECK_MILLIS = 10_000;

/** When it is time to look whether something has to leave. */
export class RetentionTimer {
  #stored = 0;
  #checkedAt = Number.NEGATIVE_INFINITY;
  readonly #everyItems: number;

  constructor(options: DatabaseRetentionOptions) {
    this.#everyItems = Math.max(1, Math.min(CHECK_ITEMS, Math.floor((options.maxItems ?? CHECK_ITEMS) / 10)));
  }

  /** Whether it is time, now that some more items are stored. */
  isDue(items: number): boolean {
    this.#stored += items;
    const now = Date.now();
    if (this.#stored < this.#everyItems && now - this.#checkedAt < CHECK_MILLIS) return false;
    this.#stored = 0;
    this.#checkedAt = now;
    return true;
  }
}
