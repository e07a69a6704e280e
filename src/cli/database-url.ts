/** Which database on a server a name is the URL of; `undefined` if it is none. */
export function databaseOfUrl(name: string): 'postgres' | 'clickhouse' | undefined {
  if (/^postgres(?:ql)?:\/\//i.test(name)) return 'postgres';
  return /^clickhouse:\/\//i.test(name) ? 'clickhouse' : undefined;
}
