import { objectOf, POSITIVE_INTEGER, POSITIVE_NUMBER, type Rule } from '../../model/options.js';

/** Which items a database keeps; the oldest leave, and are counted. */
export interface DatabaseRetentionOptions {
  /** At most so many items, of both kinds together. */
  readonly maxItems?: number | undefined;
  /** None that is older than this, in seconds. */
  readonly maxAgeSeconds?: number | undefined;
}

export const RETENTION = objectOf({ maxItems: POSITIVE_INTEGER, maxAgeSeconds: POSITIVE_NUMBER });

/** What an SQLite file keeps. */
export interface SqliteRetentionOptions extends DatabaseRetentionOptions {
  /** About so many bytes that items take in the file; the file itself does not shrink, what leaves makes room for others. */
  readonly maxTotalBytes?: number | undefined;
}

export const SQLITE_RETENTION = objectOf({
  maxItems: POSITIVE_INTEGER,
  maxAgeSeconds: POSITIVE_NUMBER,
  maxTotalBytes: POSITIVE_INTEGER,
});

/** What a table's name may begin with. */
export const TABLE_PREFIX: Rule = {
  isRight: (value) => typeof value === 'string' && /^[A-Za-z_][A-Za-z0-9_]{0,39}$/.test(value),
  expected: 'a letter or underscore and then at most 39 letters, digits and underscores',
};

export const DEFAULT_TABLE_PREFIX = 'rimp_';
