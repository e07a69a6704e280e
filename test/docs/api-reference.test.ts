import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ENTRIES, publicNames } from '../helpers/public-api.js';

describe('the API reference', () => {
  it.each(ENTRIES)('says in words what every public name of the entry %s means', (entry) => {
    const names = publicNames(entry);
    expect(names.size).toBeGreaterThan(0);
    // a unit or a default alone says nothing about what it is
    const missing = [...names].filter(([, comment]) => !/\S+ \S+/.test(comment) || /^(Default|Seconds;)/.test(comment));
    expect(missing).toEqual([]);
  });

  it('names the default of every option of the collector and of a set-up', () => {
    const missing = [...publicNames('index')].filter(
      ([name, comment]) =>
        /^(CollectorOptions|StartTelemetryOptions|OtlpOptions|FileStorageOptions|OtlpReceiverOptions)\./.test(name) &&
        !/\.(collector|path)$/.test(name) &&
        !/default/i.test(comment),
    );
    expect(missing).toEqual([]);
  });
});

/** Whose members the first table below a heading has to list. */
const TABLES = [
  { page: 'configuration.md', heading: '## `TelemetryConfig`', of: 'TelemetryConfigInit' },
  { page: 'configuration.md', heading: '## Options of the collector', of: 'CollectorOptions' },
  { page: 'configuration.md', heading: '### `instruments`', of: 'InstrumentRule' },
  { page: 'configuration.md', heading: '## `startTelemetry`', of: 'StartTelemetryOptions' },
  { page: 'configuration.md', heading: '### `otlp`', of: 'OtlpOptions' },
  { page: 'configuration.md', heading: '## `nodeSdkOptions`', of: 'NodeSdkHelperOptions' },
  { page: 'configuration.md', heading: '## `TelemetryStream`', of: 'TelemetryStreamOptions' },
  { page: 'configuration.md', heading: '## `RimpMetricReader`', of: 'RimpMetricReaderOptions' },
  { page: 'otlp.md', heading: '## Receiving', of: 'OtlpReceiverOptions' },
  { page: 'live-view.md', heading: '## Options', of: 'LiveViewOptions' },
  { page: 'otlp.md', heading: '## Shipping', of: 'ShipOptions' },
  { page: 'storages.md', heading: '## Queries', of: 'TelemetryQuery' },
  { page: 'storages.md', heading: '## MemoryStorage', of: 'MemoryStorageOptions' },
  { page: 'storages.md', heading: '## FileStorage', of: 'FileStorageOptions' },
  { page: 'storages.md', heading: '## SqliteStorage', of: 'SqliteStorageOptions' },
  { page: 'storages.md', heading: '## PostgresStorage', of: 'PostgresStorageOptions' },
];

describe('the tables of options', () => {
  it.each(TABLES)('$page, $heading: has every member of $of, and no other', ({ page, heading, of }) => {
    const section =
      readFileSync(join('docs', page), 'utf8')
        .split(`\n${heading}\n`)[1]
        ?.split(/\n##+ /)[0] ?? '';
    const [table = ''] = /^\| (?:.*\n)+/m.exec(section) ?? [];
    const rows = table.trim().split('\n').slice(2);
    const listed = rows.flatMap((row) =>
      [...(row.split('|')[1] ?? '').matchAll(/`(\w+)`/g)].map(([, name = '']) => name),
    );
    const members = [...publicNames('index').keys()].filter((name) => name.startsWith(`${of}.`));
    expect(members.length).toBeGreaterThan(0);
    expect(listed.sort()).toEqual(members.map((name) => name.slice(of.length + 1)).sort());
  });
});
