import { ANY_OBJECT, BOOLEAN, checkOptions, type Rule } from '../../model/options.js';
import { showUrl } from '../../model/show-url.js';
import { type DatabaseRetentionOptions, RETENTION, TABLE_PREFIX } from '../sql/options.js';
import { SqlStorage } from '../sql/sql-storage.js';
import { POSTGRES } from './dialect.js';
import { PostgresDriver } from './driver.js';
import { placeOf } from './place.js';

/** Settings of a {@link PostgresStorage}. */
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

const WHO = 'PostgresStorage';
const RULES: Readonly<Record<keyof PostgresStorageOptions, Rule>> = {
  url: {
    isRight: (value) => typeof value === 'string' && /^postgres(?:ql)?:\/\//i.test(value) && URL.canParse(value),
    expected: 'a URL that begins with postgres://',
  },
  retention: RETENTION,
  tablePrefix: TABLE_PREFIX,
  connection: ANY_OBJECT,
  readOnly: BOOLEAN,
};
const CONNECTION = {
  max: 3,
  connectionTimeoutMillis: 10_000,
  query_timeout: 60_000,
  keepAlive: true,
  application_name: 'rimp-telemetry',
};

/** Keeps items in PostgreSQL, one row each; an item that is there already, by its id, is not stored again. */
export class PostgresStorage extends SqlStorage {
  /**
   * @param options - the URL, or all settings.
   * @throws TelemetryError `RIMP_INVALID_ARGUMENT` if an option is misspelt or wrong.
   */
  constructor(options: string | PostgresStorageOptions) {
    const given: PostgresStorageOptions =
      typeof options === 'object' && options !== null ? options : { url: options as string };
    // a URL is the one thing that has no default
    checkOptions(WHO, { ...given, url: given.url ?? null }, RULES);
    const { url, place } = placeOf(given.url, given.connection);
    super({
      who: WHO,
      place,
      dialect: POSTGRES,
      driver: new PostgresDriver({ ...CONNECTION, ...given.connection, connectionString: url }, showUrl(given.url)),
      retention: given.retention,
      tablePrefix: given.tablePrefix,
      readOnly: given.readOnly,
    });
  }
}
