import { afterAll, beforeAll, describe } from '@jest/globals';
import { ClickHouseStorage } from 'rimp-telemetry';
import { storageContract } from 'rimp-telemetry/testing';
import { type ClickHouse, clickHouseScript, startClickHouse } from '../helpers/clickhouse.js';

(clickHouseScript() === undefined ? describe.skip : describe)('with a ClickHouse', () => {
  let server: ClickHouse;
  let databases = 0;
  beforeAll(async () => {
    server = await startClickHouse();
  });
  afterAll(() => server.stop());

  storageContract('ClickHouseStorage', () => new ClickHouseStorage(`${server.url}/d${databases++}`));
});
