import { expect, it } from '@jest/globals';
import { ClickHouseStorage, FileStorage, PostgresStorage, SqliteStorage } from 'rimp-telemetry';

const KINDS = [
  ['FileStorage', FileStorage, '/nowhere/telemetry.jsonl'],
  ['SqliteStorage', SqliteStorage, '/nowhere/telemetry.db'],
  ['PostgresStorage', PostgresStorage, 'postgres://127.0.0.1/telemetry'],
  ['ClickHouseStorage', ClickHouseStorage, 'clickhouse://127.0.0.1/telemetry'],
] as const;

it.each(KINDS)(
  '%s refuses options that come apart from the path or URL, rather than pass over them',
  (name, Kind, at) => {
    const make = (): unknown => Reflect.construct(Kind, [at, { retention: {} }]);
    expect(make).toThrow(
      new RegExp(`^${name}: expected one argument, such as \\{ (path|url): '…', … \\}, got an object`),
    );
    expect(make).toThrow(expect.objectContaining({ code: 'RIMP_INVALID_ARGUMENT' }));
  },
);
