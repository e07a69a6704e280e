import type { TelemetryMetric } from '../../model/metric.js';
import { SELF_SCOPE } from '../../otel/self-metrics.js';
import type { LedgerLine } from '../api-types.js';
import { lossWords } from './loss-words.js';

/** What one place at a sender, a sink or a part of an SDK, says of itself. */
interface Report {
  readonly name: string;
  accepted: number;
  delivered: number;
  queued: number;
  readonly dropped: Map<string, number>;
}

const MAX_REPORTS = 100;
const MAX_REASONS = 20;
/** Counters of this library, as its option `selfMetrics` shows them. */
const OURS = /^rimp\.items\.(accepted|delivered|queued|dropped)$/;
/** Those of OpenTelemetry SDKs (semantic conventions, "OpenTelemetry SDK metrics"). */
const OF_SDKS = /^otel\.sdk\.(?:processor\.\w+\.processed|exporter\.\w+\.exported)$/;
const NOTE = 'As the sender reports it.';

/** What senders report of what they lost before it came here, in bounded memory. */
export class SenderLedgers {
  readonly #reports = new Map<string, Report>();

  add({ name, value, tags = {}, otel }: TelemetryMetric): void {
    const own = OURS.exec(name)?.[1];
    if (own === undefined && !OF_SDKS.test(name)) return;
    const resource = otel?.resource ?? {};
    const isDelta = otel?.temporality === 'delta';
    // what this process counts itself stands in its own lines
    if (resource['process.pid'] === process.pid || !Number.isFinite(value)) return;
    const named = resource['service.name'];
    const service = typeof named === 'string' ? named : 'a sender';
    if (own !== undefined) {
      if (otel?.scopeName === SELF_SCOPE)
        this.#addOwn(`${service}: ${String(tags.sink ?? '')}`, own, value, tags.reason, isDelta);
      return;
    }
    const component = String(tags['otel.component.name'] ?? name);
    const report = this.#reportOf(`${service}: ${component}`);
    const reason = tags['error.type'];
    if (reason === undefined) {
      if (report !== undefined) report.delivered = isDelta ? report.delivered + value : value;
    } else drop(report, String(reason), value, isDelta);
  }

  /** A line for each; losses are what tells them from others. */
  lines(): LedgerLine[] {
    return [...this.#reports.values()].map(({ name, accepted, delivered, queued, dropped }) => {
      const lost = [...dropped].map(([reason, count]) => ({ reason, count, words: lossWords(reason) }));
      // an SDK counts what it was given by what became of it
      const given = delivered + lost.reduce((sum, { count }) => sum + count, 0);
      return { name, accepted: Math.max(accepted, given), delivered, queued, dropped: lost, note: NOTE };
    });
  }

  #addOwn(name: string, counter: string, value: number, reason: unknown, isDelta: boolean): void {
    const report = this.#reportOf(name);
    if (report === undefined) return;
    if (counter === 'dropped') return drop(report, String(reason), value, isDelta);
    const figure = counter as 'accepted' | 'delivered' | 'queued';
    // a gauge has no temporality
    report[figure] = isDelta ? report[figure] + value : value;
  }

  #reportOf(name: string): Report | undefined {
    const known = this.#reports.get(name);
    if (known !== undefined || this.#reports.size >= MAX_REPORTS) return known;
    const report: Report = { name, accepted: 0, delivered: 0, queued: 0, dropped: new Map() };
    this.#reports.set(name, report);
    return report;
  }
}

/** @param isDelta - whether the count is what was lost since the last one. */
function drop(report: Report | undefined, reason: string, count: number, isDelta: boolean): void {
  if (report === undefined) return;
  if (report.dropped.has(reason) || report.dropped.size < MAX_REASONS)
    report.dropped.set(reason, isDelta ? (report.dropped.get(reason) ?? 0) + count : count);
}
