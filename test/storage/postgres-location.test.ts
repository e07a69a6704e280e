import { describe, expect, it } from '@jest/globals';
import { PostgresStorage } from 'rimp-telemetry';

describe('the location of a PostgreSQL storage', () => {
  const of = (url: string, connection?: object): string => new PostgresStorage({ url, connection } as never).location;

  it('takes two URLs that lead to the same tables for one location', () => {
    expect(of('postgres://a:x@h/d')).toBe(of('postgresql://a:y@H:5432/d?sslmode=require'));
    expect(of('postgres://a@h/d')).toBe(
      of('postgres://b@other:1/e', { host: 'h', port: 5432, database: 'd', user: 'a' }),
    );
    expect(of('postgres://a@h/d')).not.toContain('x');
  });

  it('takes another host, port, database, user, schema or prefix for another location', () => {
    const locations = [
      of('postgres://a@h/d'),
      of('postgres://a@h2/d'),
      of('postgres://a@h/d?host=h3'),
      of('postgres://a@h/d', { host: 'h4' }),
      of('postgres://a@h:5433/d'),
      of('postgres://a@h/d?port=5434'),
      of('postgres://a@h/d', { port: 5435 }),
      of('postgres://a@h/e'),
      of('postgres://a@h/d', { database: 'f' }),
      of('postgres://b@h/d'),
      of('postgres://a@h/d?options=-csearch_path%3Done'),
      of('postgres://a@h/d?options=-csearch_path%3Dtwo'),
      of('postgres://a@h/d', { options: '-csearch_path=three' }),
      new PostgresStorage({ url: 'postgres://a@h/d', tablePrefix: 'p_' }).location,
    ];
    expect(new Set(locations).size).toBe(locations.length);
  });
});
