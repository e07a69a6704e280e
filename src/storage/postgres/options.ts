import type { DatabaseRetentionOptions } from '../sql/options.js';

/** Settings of a `PostgresStorage`. */
export interface PostgresStorageOptions {
  /** `postgres://user:password@host:port/database?sslmode=…`; what it leaves open, `PG*` variables say. */
  readonly url: string;
  /** What stays; default: everything. */
  readonly retention?: DatabaseRetentionOptions | undefined;
  /** What the names of tables begin with; default `rimp_`. */
  readonly tablePrefix?: string | undefined;
  /** Settings of `pg`'s pool and connections that count before those of the URL: `ssl`, `password`, `max`, … */
  readonly connection?: Readonly<Record<string, unknown>> | undefined;
  /**
   * Whether the database is only read: one without the tables of this library is an error rather than made, none is
   * changed, and `store` and `clear` reject. Default `false`.
   */
  readonly readOnly?: boolean | undefined;
}
