// What the terminal shows.
import {
  type CollectorHealth,
  estimatePercentile,
  type HistogramDetail,
  type LedgerFigures,
  printable,
  type TelemetryData,
  type TelemetryEvent,
  type TelemetryMetric,
} from 'rimp-telemetry';

const COLOURS = { error: 31, warning: 33, info: 36, debug: 90, metric: 32 } as const;

/** Colours text on a terminal; plain if the output is piped, or NO_COLOR is set. */
function paint(kind: keyof typeof COLOURS, text: string): string {
  const coloured = process.stdout.isTTY === true && !process.env.NO_COLOR;
  return coloured ? `\u001b[${COLOURS[kind]}m${text}\u001b[0m` : text;
}

/** Prints what a stream brings, an item a line. */
export function printData(data: TelemetryData): void {
  for (const event of data.events) console.log(eventLine(event));
  for (const metric of data.metrics) console.log(metricLine(metric));
}

function eventLine(event: TelemetryEvent): string {
  const type = paint(event.eventType, event.eventType.padEnd(7));
  return `${event.timestamp.toISOString()} ${type} ${printable(event.source).padEnd(9)} ${printable(event.message)}`;
}

function metricLine(metric: TelemetryMetric): string {
  const tags = Object.entries(metric.tags ?? {}).map(([key, value]) => `${key}=${value}`);
  const value = Number.isInteger(metric.value) ? metric.value : metric.value.toPrecision(4);
  const name = `${metric.name} ${value}${metric.unit === undefined ? '' : ` ${metric.unit}`}`;
  const rest = printable(`${name}  ${tags.join(' ')}`.trimEnd());
  return `${metric.timestamp.toISOString()} ${paint('metric', 'metric ')} ${rest}`;
}

/** Prints counts by type and source, metrics with their percentiles, the file and the counters. */
export function printSummary(data: TelemetryData, file: string, health: CollectorHealth): void {
  console.log('\nEvents by type and source');
  const counts = new Map<string, number>();
  for (const { eventType, source } of data.events) {
    const key = `  ${eventType.padEnd(8)} ${printable(source)}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  for (const [key, count] of byName(counts)) console.log(`${key.padEnd(24)} ${count}`);
  console.log(`\nMetrics${' '.repeat(42)}count        p50        p95        p99  unit`);
  for (const [, line] of byName(metricRows(data.metrics))) console.log(line);
  console.log(`\nFile    ${file}`);
  console.log('Ledger  accepted = delivered + queued + dropped');
  printLedger('total', health);
  for (const [name, figures] of Object.entries(health.sinks)) printLedger(name, figures);
}

function metricRows(metrics: readonly TelemetryMetric[]): Map<string, string> {
  const values = new Map<string, { unit: string; values: number[] }>();
  const rows = new Map<string, string>();
  for (const metric of metrics) {
    const { histogram, instrument } = metric.otel ?? {};
    if (histogram !== undefined) {
      const name = `${instrument} ${metric.tags?.['http.route'] ?? ''}`;
      rows.set(name, histogramRow(name, histogram));
    } else if (metric.otel === undefined) {
      const entry = values.get(metric.name) ?? { unit: metric.unit ?? '', values: [] };
      entry.values.push(metric.value);
      values.set(metric.name, entry);
    }
  }
  for (const [name, entry] of values) {
    const sorted = entry.values.toSorted((a, b) => a - b);
    const at = (percentile: number): number =>
      sorted[Math.max(0, Math.ceil((percentile / 100) * sorted.length) - 1)] ?? Number.NaN;
    rows.set(name, row(name, sorted.length, [at(50), at(95), at(99)], entry.unit));
  }
  return rows;
}

function histogramRow(name: string, histogram: HistogramDetail): string {
  const percentiles = [50, 95, 99].map((percentile) => estimatePercentile(histogram, percentile) ?? Number.NaN);
  return row(name, histogram.count, percentiles, 's, estimated from buckets');
}

function row(name: string, count: number, percentiles: readonly number[], unit: string): string {
  const figures = percentiles.map((value) => value.toPrecision(4).padStart(10)).join(' ');
  return `  ${printable(name).padEnd(45)} ${String(count).padStart(6)} ${figures}  ${unit}`;
}

function printLedger(name: string, { accepted, delivered, queued, dropped }: LedgerFigures): void {
  const reasons = Object.entries(dropped).map(([reason, count]) => `${count} ${reason}`);
  const lost = Object.values(dropped).reduce((sum, count) => sum + count, 0);
  console.log(
    `  ${name.padEnd(14)} ${accepted} = ${delivered} + ${queued} + ${lost}${reasons.length > 0 ? ` (${reasons.join(', ')})` : ''}`,
  );
}

function byName<T>(map: ReadonlyMap<string, T>): [string, T][] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1));
}
