import { ClickHouseStorage } from 'rimp-telemetry';
import { storageContract } from 'rimp-telemetry/testing';
import { describeWithClickHouse } from '../helpers/clickhouse.js';

describeWithClickHouse('with a ClickHouse', (server, newDatabase) => {
  storageContract('ClickHouseStorage', () => new ClickHouseStorage(`${server.url}/${newDatabase()}`));
});
