/** Where a URL leads. */
export interface ClickHousePlace {
  /** The server's HTTP interface. */
  readonly url: string;
  readonly database: string;
  /** Absent: the client's default. */
  readonly username?: string;
  readonly password?: string;
  /** For comparison: no password. */
  readonly place: string;
}

const URLS = /^(?:clickhouse|https?):\/\//i;

/** Whether a URL can be that of a ClickHouse; `https:` and `http:` ones say so only beside the backend's name. */
export function isClickHouseUrl(text: string): boolean {
  return URLS.test(text) && URL.canParse(text.replace(/^[a-z]+:/i, 'http:'));
}

/**
 * Where a URL leads: `clickhouse://user:password@host:port/database`, over HTTP, or HTTPS with `?secure=true`. The port is
 * that of the HTTP interface, 8123 or 8443, unless the URL names another.
 */
export function clickHousePlace(text: string): ClickHousePlace {
  const scheme = /^[a-z]+/i.exec(text)?.[0].toLowerCase();
  // the parser knows ports and hosts of http alone
  const given = new URL(text.replace(/^[a-z]+:/i, scheme === 'https' ? 'https:' : 'http:'));
  const secure = scheme === 'https' || /^(?:true|1)$/.test(given.searchParams.get('secure') ?? '');
  const port = given.port || (scheme === 'clickhouse' ? (secure ? '8443' : '8123') : secure ? '443' : '80');
  const database = decoded(given.pathname.replace(/^\/|\/$/g, '')) || 'default';
  const [username, password] = [given.username, given.password].map(decoded) as [string, string];
  return {
    url: `${secure ? 'https' : 'http'}://${given.hostname}:${port}`,
    database,
    ...(username !== '' && { username }),
    ...(password !== '' && { password }),
    place: `clickhouse://${username || 'default'}@${given.hostname}:${port}/${database}`,
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
