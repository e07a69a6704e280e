import { ANY_OBJECT, BOOLEAN, checkOptions, type Rule } from '../../model/options.js';
import { showUrl } from '../../model/show-url.js';
import { SqlEngine } from '../sql/engine.js';
import { RETENTION, TABLE_PREFIX } from '../sql/options.js';
import { POSTGRES } from './dialect.js';
import { PostgresDriver } from './driver.js';
import type { PostgresStorageOptions } from './options.js';
import { isPostgresUrl, placeOf } from './place.js';

const WHO = 'PostgresStorage';
const RULES: Readonly<Record<keyof PostgresStorageOptions, Rule>> = {
  url: { isRight: isPostgresUrl, expected: 'a URL that begins with postgres://' },
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

/** @throws TelemetryError `RIMP_INVALID_ARGUMENT` if an option is misspelt or wrong. */
export function openPostgres(options: string | PostgresStorageOptions): SqlEngine {
  const given: PostgresStorageOptions =
    typeof options === 'object' && options !== null ? options : { url: options as string };
  // a URL is the one thing that has no default
  checkOptions(WHO, { ...given, url: given.url ?? null }, RULES);
  const { url, place } = placeOf(given.url, given.connection);
  return new SqlEngine({
    who: WHO,
    place,
    dialect: POSTGRES,
    driver: new PostgresDriver({ ...CONNECTION, ...given.connection, connectionString: url }, showUrl(given.url)),
    retention: given.retention,
    tablePrefix: given.tablePrefix,
    readOnly: given.readOnly,
  });
}
