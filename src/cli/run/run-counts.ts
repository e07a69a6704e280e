import type { NamedTest } from '../../analysis/filter/where.js';
import type { TelemetryCollector } from '../../collector/collector.js';
import type { EventType } from '../../model/event-type.js';
import { isEvent, type TelemetryItem } from '../../model/item.js';
import type { OtlpReceiver } from '../../receiver/otlp-receiver.js';
import { counted, grouped } from '../format.js';

interface Failure {
  readonly text: string;
  count: number;
  readonly first: string;
}

/** Counts what came while a program ran. */
export class RunCounts {
  readonly #failOn: readonly NamedTest[];
  readonly #failures = new Map<string, Failure>();
  readonly #types: Record<EventType, number> = { info: 0, warning: 0, error: 0, debug: 0 };
  #events = 0;
  #spans = 0;
  #metrics = 0;
  #lastKept = 0;

  constructor(failOn: readonly NamedTest[]) {
    this.#failOn = failOn;
  }

  add(item: TelemetryItem): void {
    this.#lastKept = Date.now();
    if (isEvent(item) && item.otel?.span !== undefined) {
      this.#spans += 1;
    } else if (isEvent(item)) {
      this.#events += 1;
      this.#types[item.eventType] += 1;
    } else {
      this.#metrics += 1;
    }
    for (const { text, test } of this.#failOn) {
      if (!test(item)) continue;
      const known = this.#failures.get(text);
      if (known !== undefined) known.count += 1;
      else
        this.#failures.set(text, {
          text,
          count: 1,
          first: isEvent(item) ? item.message : `${item.name} ${item.value}`,
        });
    }
  }

  /** What --fail-on found, in words. */
  get failures(): readonly string[] {
    return [...this.#failures.values()].map(
      ({ text, count, first }) => `--fail-on '${text}': ${counted(count, 'item')}, the first: ${first.split('\n')[0]}`,
    );
  }

  /** What was kept and lost, in words. */
  summary(record: string | undefined, { figures }: OtlpReceiver, collector: TelemetryCollector): string {
    const { delivered } = collector.health();
    const { error, warning } = this.#types;
    const parts = [
      `${counted(this.#events, 'event')} (${counted(error, 'error')}, ${counted(warning, 'warning')})`,
      counted(this.#metrics, 'metric'),
      ...(this.#spans > 0 ? [counted(this.#spans, 'span')] : []),
      record === undefined ? 'not kept: --record FILE keeps them' : `${counted(delivered, 'item')} kept in ${record}`,
    ];
    const bad = Object.values(figures).reduce((sum, { dropped }) => sum + (dropped.not_readable ?? 0), 0);
    if (bad > 0) parts.push(`${grouped(bad)} not readable`);
    const lost = this.lost(collector);
    parts.push(
      lost.length === 0
        ? 'nothing lost'
        : lost.map(([reason, count]) => `${grouped(count)} lost (${reason})`).join(', '),
    );
    return parts.join(', ');
  }

  /**
   * What was lost, by reason. What was returned to the program is no loss if it came again; it did not if nothing could be
   * kept since.
   */
  lost(collector: TelemetryCollector): [reason: string, count: number][] {
    const { dropped, lastError } = collector.health();
    const isKeeping = lastError?.kind !== 'sink:storage' || lastError.time.getTime() < this.#lastKept;
    return Object.entries(dropped).flatMap(([reason, count]): [reason: string, count: number][] => {
      if (reason !== 'returned') return [[reason, count]];
      return isKeeping ? [] : [['returned to the program, repeats included', count]];
    });
  }
}
