/** Whether a name is the URL of a database on a server. */
export function isDatabaseUrl(name: string): boolean {
  return /^(?:postgres(?:ql)?|clickhouse):\/\//i.test(name);
}
