const URLS = { postgres: /^postgres(?:ql)?:\/\//i, clickhouse: /^clickhouse:\/\//i } as const;

/** A database on a server. */
export type ServerDatabase = keyof typeof URLS;

/** Which database on a server a name is the URL of; `undefined` if it is none. */
export function databaseOfUrl(name: string): ServerDatabase | undefined {
  if (URLS.postgres.test(name)) return 'postgres';
  return URLS.clickhouse.test(name) ? 'clickhouse' : undefined;
}

/** Whether a file is to be a SQLite database by its name: `.db`, `.sqlite` or `.sqlite3`. */
export function isSqliteName(path: string): boolean {
  return /\.(?:db|sqlite3?)$/i.test(path);
}
