import { databaseOfUrl } from '../../model/database-url.js';

/** Settings of `pg` that say which tables are meant; those of the storage's options count before those of the URL. */
export interface Place {
  /** The URL with the settings in it. */
  readonly url: string;
  /** Which database and schema they are, for comparison: no password. */
  readonly place: string;
}

/** Whether a value is the URL of a PostgreSQL database. */
export function isPostgresUrl(value: unknown): value is string {
  return typeof value === 'string' && databaseOfUrl(value) === 'postgres' && URL.canParse(value);
}

type Settings = Readonly<Record<string, unknown>>;

/**
 * Where a URL and further settings lead: to the same place as others if user, host, port, database and options (which
 * may name a schema) are the same.
 *
 * @param env - default `process.env`: what neither says, `PG*` variables do.
 */
export function placeOf(
  url: string,
  settings: Settings = {},
  env: Readonly<Record<string, string | undefined>> = process.env,
): Place {
  const merged = new URL(url);
  const { searchParams } = merged;
  for (const name of ['host', 'port', 'user', 'password', 'options'])
    if (isGiven(settings[name])) searchParams.set(name, String(settings[name]));
  if (isGiven(settings.database)) merged.pathname = `/${encodeURIComponent(String(settings.database))}`;
  const of = (name: string, inUrl: string, variable: string, fallback: string): string =>
    searchParams.get(name) || decoded(inUrl) || env[variable] || fallback;
  const user = of('user', merged.username, 'PGUSER', env.USER ?? env.USERNAME ?? '');
  const host = of('host', merged.hostname, 'PGHOST', 'localhost');
  const port = of('port', merged.port, 'PGPORT', '5432');
  const database = decoded(merged.pathname.slice(1)) || env.PGDATABASE || user;
  const options = searchParams.get('options') || env.PGOPTIONS || '';
  const place = `postgres://${user}@${host.toLowerCase()}:${port}/${database}`;
  return { url: String(merged), place: options === '' ? place : `${place}?options=${options}` };
}

function isGiven(value: unknown): boolean {
  return (typeof value === 'string' && value !== '') || typeof value === 'number';
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
