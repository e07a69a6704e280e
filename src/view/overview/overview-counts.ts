import { spanOf } from '../../analysis/span.js';
import type { EventType } from '../../model/event-type.js';
import { isEvent, type TelemetryItem } from '../../model/item.js';
import type { Overview, OverviewBucket, ServiceCount } from '../api-types.js';
import { SenderLedgers } from './sender-ledgers.js';

const BUCKET_SECONDS = 10;
const BUCKETS = 60;
const RATE_SECONDS = 10;
/** Services and sources that are counted apart. */
const MAX_SERVICES = 200;
const MAX_SOURCES = 1_000;
const SHOWN_SOURCES = 20;
const NO_SERVICE = '';

type Writable<T> = { -readonly [K in keyof T]: T[K] };

interface Bucket {
  readonly index: number;
  readonly events: Record<EventType, number>;
  metrics: number;
  spans: number;
  errorSpans: number;
}

type Counted = Omit<Overview, 'time' | 'ledgers'>;

/** Counts what comes, in bounded memory, by the time at which it came. */
export class OverviewCounts {
  /** What senders say that they lost. */
  readonly senders: SenderLedgers;
  readonly #startedMillis: number;
  #events = 0;
  #metrics = 0;
  #spans = 0;
  #errorCount = 0;
  #buckets: Bucket[] = [];
  #seconds: { readonly second: number; events: number; metrics: number; spans: number }[] = [];
  readonly #services = new Map<string, Writable<ServiceCount>>();
  /** Of all services beyond those that are counted apart. */
  readonly #otherServices = noCounts(NO_SERVICE);
  readonly #errors = new Map<string, { source: string; count: number; last: string }>();

  /** @param isOwn - whether an item is of this process itself: what it counts stands in its own lines. */
  constructor(nowMillis: number, isOwn: (item: TelemetryItem) => boolean) {
    this.#startedMillis = nowMillis;
    this.senders = new SenderLedgers(isOwn);
  }

  /** Counts items that came together. */
  add(items: readonly TelemetryItem[], nowMillis: number): void {
    const [bucket, second] = [this.#bucketAt(nowMillis), this.#secondAt(nowMillis)];
    for (const item of items) {
      const service = this.#serviceOf(item);
      service.last = later(service.last, item.timestamp);
      if (!isEvent(item)) {
        this.#metrics += 1;
        bucket.metrics += 1;
        second.metrics += 1;
        service.metrics += 1;
        this.senders.add(item, nowMillis);
        continue;
      }
      if (spanOf(item) === undefined) {
        this.#events += 1;
        second.events += 1;
        bucket.events[item.eventType] += 1;
        service.events += 1;
      } else {
        this.#spans += 1;
        bucket.spans += 1;
        if (item.eventType === 'error') bucket.errorSpans += 1;
        second.spans += 1;
        service.spans += 1;
      }
      if (item.eventType === 'error') {
        this.#errorCount += 1;
        service.errors += 1;
        this.#addError(item.source, item.timestamp);
      }
    }
  }

  read(nowMillis: number): Counted {
    const second = Math.floor(nowMillis / 1_000);
    const first = second - RATE_SECONDS + 1;
    const lately = this.#seconds.filter((one) => one.second >= first);
    // just after the start less time has passed; in less than a second a few items would be a high rate
    const seconds = Math.max(1, (nowMillis - Math.max(this.#startedMillis, first * 1_000)) / 1_000);
    const rate = (kind: 'events' | 'metrics' | 'spans'): number =>
      lately.reduce((sum, one) => sum + one[kind], 0) / seconds;
    return {
      startedAt: new Date(this.#startedMillis).toISOString(),
      events: this.#events,
      metrics: this.#metrics,
      spans: this.#spans,
      errors: this.#errorCount,
      eventsPerSecond: rate('events'),
      metricsPerSecond: rate('metrics'),
      spansPerSecond: rate('spans'),
      bucketSeconds: BUCKET_SECONDS,
      buckets: this.#bucketsUntil(nowMillis),
      services: [...this.#services.values()],
      ...(this.#otherServices.last !== '' && { otherServices: this.#otherServices }),
      errorsBySource: [...this.#errors.values()].sort((a, b) => b.count - a.count).slice(0, SHOWN_SOURCES),
    };
  }

  #bucketsUntil(nowMillis: number): OverviewBucket[] {
    const last = Math.floor(nowMillis / 1_000 / BUCKET_SECONDS);
    const byIndex = new Map(this.#buckets.map((bucket) => [bucket.index, bucket]));
    return Array.from({ length: BUCKETS }, (_, i) => {
      const index = last - BUCKETS + 1 + i;
      const { events, metrics, spans, errorSpans } = byIndex.get(index) ?? emptyBucket(index);
      return { start: new Date(index * BUCKET_SECONDS * 1_000).toISOString(), events, metrics, spans, errorSpans };
    });
  }

  #bucketAt(nowMillis: number): Bucket {
    const index = Math.floor(nowMillis / 1_000 / BUCKET_SECONDS);
    const last = this.#buckets.at(-1);
    if (last?.index === index) return last;
    const bucket = emptyBucket(index);
    this.#buckets.push(bucket);
    if (this.#buckets.length > BUCKETS) this.#buckets = this.#buckets.slice(-BUCKETS);
    return bucket;
  }

  #secondAt(nowMillis: number): { events: number; metrics: number; spans: number } {
    const second = Math.floor(nowMillis / 1_000);
    const last = this.#seconds.at(-1);
    if (last?.second === second) return last;
    const counts = { second, events: 0, metrics: 0, spans: 0 };
    this.#seconds.push(counts);
    if (this.#seconds.length > RATE_SECONDS * 2) this.#seconds = this.#seconds.slice(-RATE_SECONDS);
    return counts;
  }

  #serviceOf({ otel }: TelemetryItem): Writable<ServiceCount> {
    const name = otel?.resource?.['service.name'];
    const key = typeof name === 'string' ? name : NO_SERVICE;
    const known = this.#services.get(key);
    if (known !== undefined) return known;
    if (this.#services.size >= MAX_SERVICES) return this.#otherServices;
    const counts = noCounts(key);
    this.#services.set(key, counts);
    return counts;
  }

  #addError(source: string, timestamp: Date): void {
    let counts = this.#errors.get(source);
    if (counts === undefined) {
      if (this.#errors.size >= MAX_SOURCES) return;
      this.#errors.set(source, (counts = { source, count: 0, last: '' }));
    }
    counts.count += 1;
    counts.last = later(counts.last, timestamp);
  }
}

function noCounts(service: string): Writable<ServiceCount> {
  return { service, events: 0, errors: 0, metrics: 0, spans: 0, last: '' };
}

/** The later one of two times; items don't come in the order of theirs. */
function later(last: string, time: Date): string {
  const text = time.toISOString();
  // years beyond 9999 have a sign, and sort as if they were early: nobody minds
  return text > last ? text : last;
}

function emptyBucket(index: number): Bucket {
  return { index, events: { info: 0, warning: 0, error: 0, debug: 0 }, metrics: 0, spans: 0, errorSpans: 0 };
}
