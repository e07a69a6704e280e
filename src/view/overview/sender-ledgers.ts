import type { AnyValueMap } from '../../model/any-value.js';
import type { TelemetryItem } from '../../model/item.js';
import type { TelemetryMetric } from '../../model/metric.js';
import { SELF_SCOPE } from '../../otel/self-metrics.js';
import type { LedgerLine } from '../api-types.js';
import { lossWords } from './loss-words.js';

/** What one place at a sender, a sink or a part of an SDK, says of itself. */
interface Report {
  /** Of the line: replicas of a service, of which each counts for itself, have one together. */
  readonly name: string;
  accepted: number;
  delivered: number;
  queued: number;
  readonly dropped: Map<string, number>;
  /** When it last said something, in milliseconds since 1970. */
  updated: number;
}

const MAX_REPORTS = 1_000;
/** Senders without a place whose figures are remembered, so that they are not counted twice if they come back. */
const MAX_GONE = 10_000;
/** A sender that has said nothing for so long is taken for ended: nothing is queued there any more. */
const STALE_MILLIS = 5 * 60_000;
const MAX_REASONS = 20;
/** Counters of this library, as its option `selfMetrics` shows them. */
const OURS = /^rimp\.items\.(accepted|delivered|queued|dropped)$/;
/** Those of OpenTelemetry SDKs (semantic conventions, "OpenTelemetry SDK metrics"). */
const OF_SDKS = /^otel\.sdk\.(?:processor\.\w+\.processed|exporter\.\w+\.exported)$/;
const NOTE = 'As the sender reports it.';
const OTHERS: LedgerLine = {
  name: 'further senders',
  accepted: 0,
  delivered: 0,
  queued: 0,
  dropped: [],
  note: `Not counted: more than ${MAX_REPORTS} senders.`,
};
const FIGURES = ['accepted', 'delivered', 'queued'] as const;
/** What distinguishes one replica of a service from another. */
const INSTANCE = ['service.namespace', 'service.instance.id', 'host.name', 'process.pid'] as const;

/** What senders report of what they lost before it came here, in bounded memory. */
export class SenderLedgers {
  readonly #isOwn: (item: TelemetryItem) => boolean;
  /** The least recently updated one first. */
  readonly #reports = new Map<string, Report>();
  /** The sums of those that gave their places to others, by the name of the line. */
  readonly #former = new Map<string, Report>();
  /** What is remembered of those, by the key that they had. */
  readonly #gone = new Map<string, Report>();
  /** Whether there was no room for a sender. */
  #isFull = false;

  /** @param isOwn - whether an item is of this process itself: what it counts stands in its own lines. */
  constructor(isOwn: (item: TelemetryItem) => boolean) {
    this.#isOwn = isOwn;
  }

  /** @param now - milliseconds since 1970. */
  add(metric: TelemetryMetric, now: number): void {
    const { name, value, tags = {}, otel } = metric;
    const own = OURS.exec(name)?.[1];
    if (own === undefined && !OF_SDKS.test(name)) return;
    const resource = otel?.resource ?? {};
    const isDelta = otel?.temporality === 'delta';
    if (!Number.isFinite(value) || this.#isOwn(metric)) return;
    if (own !== undefined) {
      if (otel?.scopeName === SELF_SCOPE) addOwn(this.#reportOf(resource, tags.sink ?? '', now), own, metric, isDelta);
      return;
    }
    const report = this.#reportOf(resource, tags['otel.component.name'] ?? name, now);
    const reason = tags['error.type'];
    if (reason === undefined) {
      if (report !== undefined) report.delivered = isDelta ? report.delivered + value : value;
    } else drop(report, String(reason), value, isDelta);
  }

  /** A line for each part of each service; losses are what distinguishes them from others. */
  lines(now: number): LedgerLine[] {
    const lines = new Map<string, Report>();
    for (const report of [...this.#former.values(), ...this.#reports.values()])
      addTo(lines, isStale(report, now) ? { ...report, queued: 0 } : report);
    const told = [...lines.values()].map(lineOf);
    return this.#isFull ? [...told, OTHERS] : told;
  }

  #reportOf(resource: AnyValueMap, part: unknown, now: number): Report | undefined {
    const service = resource['service.name'];
    const name = `${typeof service === 'string' ? service : 'a sender'}: ${String(part)}`;
    const instance = INSTANCE.map((attribute) => resource[attribute] ?? '');
    const key = JSON.stringify([name, ...instance]);
    const known = this.#reports.get(key);
    if (known === undefined && !this.#hasRoom(now)) {
      this.#isFull = true;
      return undefined;
    }
    const report = known ?? this.#cameBack(key) ?? emptyReport(name);
    report.updated = now;
    this.#reports.delete(key);
    this.#reports.set(key, report);
    return report;
  }

  /** Whether there is a place for one more: that of a sender which has ended, if need be. */
  #hasRoom(now: number): boolean {
    if (this.#reports.size < MAX_REPORTS) return true;
    const [[key, oldest] = []] = this.#reports;
    if (key === undefined || oldest === undefined || !isStale(oldest, now)) return false;
    if (!this.#former.has(oldest.name) && this.#former.size >= MAX_REPORTS) return false;
    addTo(this.#former, { ...oldest, queued: 0 });
    this.#reports.delete(key);
    this.#gone.set(key, oldest);
    const [forgotten = ''] = this.#gone.keys();
    if (this.#gone.size > MAX_GONE) this.#gone.delete(forgotten);
    return true;
  }

  /** The report of a sender that had lost its place, which is one of the former no more. */
  #cameBack(key: string): Report | undefined {
    const report = this.#gone.get(key);
    const line = report && this.#former.get(report.name);
    if (report === undefined || line === undefined) return undefined;
    this.#gone.delete(key);
    line.accepted -= report.accepted;
    line.delivered -= report.delivered;
    for (const [reason, count] of report.dropped) drop(line, reason, -count, true);
    return report;
  }
}

function isStale({ updated }: Report, now: number): boolean {
  return now - updated > STALE_MILLIS;
}

/** Adds a report to the one of its name. */
function addTo(lines: Map<string, Report>, report: Report): void {
  const line = lines.get(report.name) ?? emptyReport(report.name);
  lines.set(report.name, line);
  for (const figure of FIGURES) line[figure] += report[figure];
  for (const [reason, count] of report.dropped) drop(line, reason, count, true);
}

function lineOf({ name, accepted, delivered, queued, dropped }: Report): LedgerLine {
  const lost = [...dropped].map(([reason, count]) => ({ reason, count, words: lossWords(reason) }));
  // an SDK counts what it was given by what became of it
  const given = delivered + lost.reduce((sum, { count }) => sum + count, 0);
  return { name, accepted: Math.max(accepted, given), delivered, queued, dropped: lost, note: NOTE };
}

function emptyReport(name: string): Report {
  return { name, accepted: 0, delivered: 0, queued: 0, dropped: new Map(), updated: 0 };
}

function addOwn(report: Report | undefined, counter: string, { value, tags }: TelemetryMetric, isDelta: boolean): void {
  if (report === undefined) return;
  if (counter === 'dropped') return drop(report, String(tags?.reason), value, isDelta);
  const figure = counter as (typeof FIGURES)[number];
  // a gauge has no temporality
  report[figure] = isDelta ? report[figure] + value : value;
}

/** @param isDelta - whether the count is what was lost since the last one. */
function drop(report: Report | undefined, reason: string, count: number, isDelta: boolean): void {
  if (report === undefined) return;
  if (report.dropped.has(reason) || report.dropped.size < MAX_REASONS)
    report.dropped.set(reason, isDelta ? (report.dropped.get(reason) ?? 0) + count : count);
}
