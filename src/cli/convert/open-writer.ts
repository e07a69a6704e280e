import { isEvent } from '../../model/item.js';
import type { TelemetryMetric } from '../../model/metric.js';
import type { ClickHouseStorage } from '../../storage/clickhouse/clickhouse-storage.js';
import type { SqlStorage } from '../../storage/sql/sql-storage.js';
import { CSV_HEADER, csvFormat, type Format, jsonFormat } from '../output/formats.js';
import type { OutputFormat } from './convert.js';
import type { ItemWriter } from './item-writer.js';
import { type TextForm, TextWriter } from './text-writer.js';
import { WholeFile } from './whole-file.js';

/** @throws UsageError if there is a file already, and it is not to be overwritten. */
export async function openWriter(target: string, format: OutputFormat, isForced: boolean): Promise<ItemWriter> {
  const isServer = format === 'postgres' || format === 'clickhouse';
  const file = isServer ? undefined : new WholeFile(target, isForced);
  if (file === undefined || format === 'sqlite') {
    const [storage, { StorageWriter }] = await Promise.all([
      file !== undefined ? sqliteAt(file.path) : format === 'clickhouse' ? clickHouseAt(target) : postgresAt(target),
      import('./storage-writer.js'),
    ]);
    return new StorageWriter(storage, file);
  }
  if (format === 'parquet') return new (await import('./parquet-writer.js')).ParquetFile(file);
  const form = format === 'otlp' ? await otlpForm() : format === 'csv' ? csvForm() : linesOf(jsonFormat(false));
  return new TextWriter(file, form, /\.gz$/i.test(target));
}

async function sqliteAt(path: string): Promise<SqlStorage> {
  return new (await import('../../storage/sqlite/sqlite-storage.js')).SqliteStorage(path);
}

async function clickHouseAt(url: string): Promise<ClickHouseStorage> {
  return new (await import('../../storage/clickhouse/clickhouse-storage.js')).ClickHouseStorage(url);
}

async function postgresAt(url: string): Promise<SqlStorage> {
  return new (await import('../../storage/postgres/postgres-storage.js')).PostgresStorage(url);
}

function csvForm(): TextForm {
  return { head: CSV_HEADER, ...linesOf(csvFormat(false)) };
}

function linesOf(format: Format): TextForm {
  return { textOf: (items) => ({ text: items.map((item) => `${format(item)}\n`).join(''), folded: 0 }) };
}

/** Requests of OTLP in JSON, one a line, as the Collector's file exporter writes and its receiver of such files reads. */
async function otlpForm(): Promise<TextForm> {
  const [{ pointsOfMetrics, recordsOfEvents }, { loadTransformer, serializerOf }] = await Promise.all([
    import('../../otlp/encode/items.js'),
    import('../../otlp/encode/serializer.js'),
  ]);
  const serializer = <S extends 'logs' | 'metrics'>(signal: S) =>
    serializerOf(signal, 'http/json', loadTransformer(signal, 'http/json'), 'convert');
  const [logs, points] = [serializer('logs'), serializer('metrics')];
  const lineOf = (bytes: Uint8Array): string => `${Buffer.from(bytes).toString('utf8')}\n`;
  return {
    textOf(items) {
      const events = items.filter(isEvent);
      const metrics = items.filter((item): item is TelemetryMetric => !isEvent(item));
      const { requests, folded } = pointsOfMetrics(metrics);
      const texts = requests.map(({ data }) => lineOf(points.serialize(data)));
      if (events.length > 0) texts.unshift(lineOf(logs.serialize(recordsOfEvents(events))));
      return { text: texts.join(''), folded };
    },
  };
}
