const URLS = { postgres: /^postgres(?:ql)?:\/\//i, clickhouse: /^clickhouse:\/\//i } as const;

/** A database on a server. */
export type ServerDatabase = keyof typeof URLS;

/** Which database on a server a name is the URL of; `undefined` if it is none. */
export function databaseOfUrl(name: string): ServerDatabase | undefined {
  if (URLS.postgres.test(name)) return 'postgres';
  return URLS.clickhouse.test(name) ? 'clickhouse' : undefined;
}
