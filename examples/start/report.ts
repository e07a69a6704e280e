// What the terminal shows.
import {
  type CollectorHealth,
  type LedgerFigures,
  printable,
  type TelemetryData,
  type TelemetryEvent,
  type TelemetryMetric,
} from 'rimp-telemetry';

const COLOURS = { error: 31, warning: 33, info: 36, debug: 90, metric: 32, heading: 1 } as const;

/** Colours text on a terminal; plain if the output is piped, or NO_COLOR is set. */
function paint(kind: keyof typeof COLOURS, text: string): string {
  const coloured = process.stdout.isTTY === true && !process.env.NO_COLOR;
  return coloured ? `\u001b[${COLOURS[kind]}m${text}\u001b[0m` : text;
}

/** Begins a step of the tour. */
export function heading(step: number, title: string, text: string): void {
  console.log(`${step === 1 ? '' : '\n'}${paint('heading', `${step}  ${title.padEnd(13)}`)}${text}`);
}

/** A line within a step. */
export function say(what: string, text: string): void {
  console.log(`   ${what.padEnd(13)}${text}`);
}

/** Bytes as people read them. */
export function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(0)} kB`;
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

/** Prints counts by type, an error as an example, and the percentiles of the response times. */
export function printStored({ events, metrics }: TelemetryData): void {
  const byType = (['info', 'warning', 'error'] as const).map((type) => {
    const count = events.filter(({ eventType }) => eventType === type).length;
    return paint(type, `${count} ${type}`);
  });
  say('events', `${events.length}: ${byType.join(', ')}`);
  const error = events.find(({ eventType }) => eventType === 'error');
  if (error !== undefined) {
    const thrown = error.metadata?.error as { message?: unknown } | undefined;
    say('such as', printable(`${error.source}: ${error.message} (${String(thrown?.message)})`));
  }
  const times = metrics.filter(({ name }) => name === 'http_response_time').map(({ value }) => value);
  const sorted = times.sort((a, b) => a - b);
  const at = (percent: number): string =>
    (sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? Number.NaN).toFixed(1);
  say('metrics', `${metrics.length}: http_response_time has p50 ${at(50)} ms, p95 ${at(95)} ms, p99 ${at(99)} ms`);
}

/** Prints the counters of the collector and of each sink. */
export function printCounters(health: CollectorHealth): void {
  for (const [name, figures] of [['collector', health] as const, ...Object.entries(health.sinks)]) {
    const reasons = Object.entries(figures.dropped).map(([reason, count]) => `${count} ${reason}`);
    const suffix = reasons.length > 0 ? ` (${reasons.join(', ')})` : '';
    say(name, `${figures.accepted} = ${figures.delivered} + ${figures.queued} + ${lostOf(figures)}${suffix}`);
  }
}

/** Whether the equation holds for the collector and for each sink. */
export function isBalanced(health: CollectorHealth): boolean {
  return [health, ...Object.values(health.sinks)].every(
    (figures) => figures.accepted === figures.delivered + figures.queued + lostOf(figures),
  );
}

function lostOf({ dropped }: LedgerFigures): number {
  return Object.values(dropped).reduce((sum, count) => sum + count, 0);
}
