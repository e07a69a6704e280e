import { ANY_OBJECT, BOOLEAN, checkOptions, objectOf, POSITIVE_NUMBER, type Rule, TEXT } from '../../model/options.js';
import { TABLE_PREFIX } from '../sql/options.js';
import { isClickHouseUrl } from './place.js';

/** Settings of a `ClickHouseStorage`. */
export interface ClickHouseStorageOptions {
  /**
   * `clickhouse://user:password@host:port/database`, with `?secure=true` for TLS, or the `https://` URL of the same HTTP
   * interface; default port 8123, with TLS 8443, default database `default`.
   */
  readonly url: string;
  /** What stays: tables that are made get this as TTL, others are never altered; default: everything. */
  readonly retention?: ClickHouseRetentionOptions | undefined;
  /** What the names of tables begin with; default `otel_`, as the Collector's exporter has it. */
  readonly tablePrefix?: string | undefined;
  /**
   * Name of a cluster: tables are made on all of it, replicated, each with a distributed one in front; default: one server.
   */
  readonly cluster?: string | undefined;
  /** Whether the server gathers the inserts of many clients before it writes them; default `false`. */
  readonly asyncInsert?: boolean | undefined;
  /**
   * Whether the tables are only read: none is made, the server is told to refuse all else (`readonly = 2`), and `store`
   * and `clear` reject. Default `false`.
   */
  readonly readOnly?: boolean | undefined;
  /** Settings of `@clickhouse/client` beside those of the URL: `request_timeout`, `clickhouse_settings`, `tls`, … */
  readonly connection?: Readonly<Record<string, unknown>> | undefined;
}

/** Which items a ClickHouse keeps. */
export interface ClickHouseRetentionOptions {
  /** None that is older than this, in seconds; the server removes whole parts, when all of their items are. */
  readonly maxAgeSeconds?: number | undefined;
}

/** The class, as errors name it. */
export const WHO = 'ClickHouseStorage';

const RULES: Readonly<Record<keyof ClickHouseStorageOptions, Rule>> = {
  url: {
    isRight: (value) => typeof value === 'string' && isClickHouseUrl(value),
    expected: 'a URL that begins with clickhouse:// or https://',
  },
  retention: objectOf({ maxAgeSeconds: POSITIVE_NUMBER }),
  tablePrefix: TABLE_PREFIX,
  cluster: TEXT,
  asyncInsert: BOOLEAN,
  readOnly: BOOLEAN,
  connection: ANY_OBJECT,
};

/** @throws TelemetryError `RIMP_INVALID_ARGUMENT` if an option is misspelt or wrong. */
export function checkClickHouseOptions(options: string | ClickHouseStorageOptions): ClickHouseStorageOptions {
  const given: ClickHouseStorageOptions =
    typeof options === 'object' && options !== null ? options : { url: options as string };
  // a URL is the one thing that has no default
  checkOptions(WHO, { ...given, url: given.url ?? null }, RULES);
  return given;
}
