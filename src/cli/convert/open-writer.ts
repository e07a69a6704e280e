import { CSV_HEADER } from '../../analysis/csv.js';
import { isEvent } from '../../model/item.js';
import type { TelemetryMetric } from '../../model/metric.js';
import type { OtlpSignal } from '../../otlp/config/settings.js';
import type { ClickHouseStorage } from '../../storage/clickhouse/clickhouse-storage.js';
import type { SqlStorage } from '../../storage/sql/sql-storage.js';
import { csvFormat, type Format, jsonFormat } from '../output/formats.js';
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
  const [{ otlpOfEvents }, { pointsOfMetrics }, { loadTransformer, serializerOf }] = await Promise.all([
    import('../../otlp/encode/events.js'),
    import('../../otlp/encode/metrics.js'),
    import('../../otlp/encode/serializer.js'),
  ]);
  const serializer = <S extends OtlpSignal>(signal: S) =>
    serializerOf(signal, 'http/json', loadTransformer(signal, 'http/json'), 'convert');
  const [logs, metrics, traces] = [serializer('logs'), serializer('metrics'), serializer('traces')];
  const lineOf = (bytes: Uint8Array): string => `${Buffer.from(bytes).toString('utf8')}\n`;
  return {
    textOf(items) {
      const { records, spans } = otlpOfEvents(items.filter(isEvent));
      const { requests, folded } = pointsOfMetrics(items.filter((item): item is TelemetryMetric => !isEvent(item)));
      const lines = requests.map(({ data }) => lineOf(metrics.serialize(data)));
      if (spans.length > 0) lines.unshift(lineOf(traces.serialize(spans)));
      if (records.length > 0) lines.unshift(lineOf(logs.serialize(records)));
      return { text: lines.join(''), folded };
    },
  };
}
