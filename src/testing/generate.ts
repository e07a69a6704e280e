import type { AnyValue, AnyValueMap } from '../model/any-value.js';
import { TelemetryData } from '../model/data.js';
import { TelemetryEvent } from '../model/event.js';
import type { EventType } from '../model/event-type.js';
import { type Tags, TelemetryMetric } from '../model/metric.js';
import type { EventOtel, MetricOtel, SpanDetail, SpanEvent } from '../model/otel-fields.js';
import type { TelemetryQuery } from '../model/query.js';
import { EVENT_FIELDS } from './event-fields.js';

/** The first time of generated items, in milliseconds since the Unix epoch. */
export const FIRST_MILLIS = Date.UTC(2026, 0, 1);
const TYPES: readonly EventType[] = ['info', 'warning', 'error', 'debug'];
const TEXTS = [
  '',
  'a',
  'A',
  "O'Brien",
  '%',
  '_',
  'naïve \u{1F600}',
  '{"a":1}',
  '\\',
  '"; DROP TABLE items; --',
  'a\nb',
  '\0',
  '$1',
  '?',
];
const NUMBERS = [0, 1, -1, 1.5, 1e21, 1e-7, Number.MAX_SAFE_INTEGER, 2 ** 53, 0.1 + 0.2];
const VALUES = [...NUMBERS, -0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
const KEYS = ['k', 'K', 'a.b', 'ключ', "'", '"', '$', '', '__proto__', 'constructor'];
const SPANS = ['b7ad6b7169203331', '00f067aa0ba902b7'] as const;
const KINDS: readonly SpanDetail['kind'][] = ['internal', 'server', 'client', 'producer', 'consumer', 'unspecified'];
const STATUSES: readonly NonNullable<SpanDetail['status']>[] = [
  { code: 'ok' },
  { code: 'error' },
  { code: 'error', message: "can't" },
  { code: 'error', message: '' },
];
const TRACES = ['0af7651916cd43dd8448eb211c80319c', '4bf92f3577b34da6a3ce929d0e0e4736'];

/** Makes items and queries, the same for the same seed. */
export class Generator {
  #state: number;
  #made = 0;

  constructor(seed: number) {
    this.#state = seed >>> 0 || 1;
  }

  /** A batch of items of both kinds. */
  data(count: number): TelemetryData {
    const events: TelemetryEvent[] = [];
    const metrics: TelemetryMetric[] = [];
    for (let i = 0; i < count; i += 1) {
      if (this.#chance(0.6)) events.push(this.event());
      else metrics.push(this.metric());
    }
    return new TelemetryData({ events, metrics });
  }

  event(): TelemetryEvent {
    const timestamp = this.#time();
    const otel: { -readonly [K in keyof EventOtel]: EventOtel[K] } = {};
    for (const { example } of Object.values(EVENT_FIELDS))
      if (this.#chance(0.1)) Object.assign(otel, example(timestamp));
    if (this.#chance(0.3)) otel.traceId = this.#one(TRACES);
    if (this.#chance(0.2)) otel.span = this.#span(timestamp);
    if (this.#chance(0.3)) otel.severityNumber = 1 + this.#below(24);
    if (this.#chance(0.2))
      otel.timeUnixNano = `${timestamp.getTime()}${String(1 + this.#below(999_999)).padStart(6, '0')}`;
    return new TelemetryEvent({
      eventId: this.#id(),
      timestamp,
      eventType: this.#one(TYPES),
      source: this.#text(),
      message: `${this.#text()} ${this.#text()}`,
      metadata: this.#chance(0.7) ? this.#metadata() : undefined,
      otel: Object.keys(otel).length > 0 ? otel : undefined,
    });
  }

  metric(): TelemetryMetric {
    const otel: MetricOtel | undefined = this.#chance(0.3)
      ? { kind: 'sum', temporality: 'delta', monotonic: true, startTimeUnixNano: '1767225600000000001' }
      : undefined;
    return new TelemetryMetric({
      metricId: this.#id(),
      timestamp: this.#time(),
      name: this.#text(),
      value: this.#one(VALUES),
      unit: this.#chance(0.5) ? this.#text() : undefined,
      tags: this.#chance(0.7) ? this.#tags() : undefined,
      otel,
    });
  }

  /** A query that some items are likely to match. */
  query(): TelemetryQuery {
    const query: { -readonly [K in keyof TelemetryQuery]: TelemetryQuery[K] } = {};
    if (this.#chance(0.4)) query.startTime = this.#time();
    if (this.#chance(0.4)) query.endTime = this.#time();
    if (this.#chance(0.3)) query.limit = this.#below(20);
    if (this.#chance(0.5)) query.order = this.#one(['asc', 'desc']);
    if (this.#chance(0.2)) query.kinds = this.#one([['event'], ['metric'], ['event', 'metric'], []]);
    if (this.#chance(0.2)) query.eventTypes = TYPES.filter(() => this.#chance(0.5));
    if (this.#chance(0.2)) query.minSeverity = 1 + this.#below(24);
    if (this.#chance(0.15)) query.source = this.#text();
    if (this.#chance(0.2)) query.text = this.#text();
    if (this.#chance(0.15)) query.metadata = { [this.#one(KEYS)]: this.#value(1) };
    if (this.#chance(0.15)) query.traceId = this.#one(TRACES);
    if (this.#chance(0.15)) query.name = this.#text();
    if (this.#chance(0.15)) query.tags = { [this.#one(KEYS)]: this.#text() };
    return query;
  }

  #span(start: Date): SpanDetail {
    const nanos = (): string =>
      `${start.getTime() + this.#below(1_000)}${String(this.#below(1_000_000)).padStart(6, '0')}`;
    const described = (): Pick<SpanEvent, 'attributes' | 'droppedAttributesCount'> => ({
      ...(this.#chance(0.5) && { attributes: this.#metadata() }),
      ...(this.#chance(0.2) && { droppedAttributesCount: 1 + this.#below(5) }),
    });
    const [spanId] = SPANS;
    return {
      kind: this.#one(KINDS),
      endTimeUnixNano: this.#chance(0.9) ? nanos() : '0',
      ...(this.#chance(0.6) && { parentSpanId: this.#one(SPANS) }),
      ...(this.#chance(0.2) && { parentIsRemote: this.#chance(0.5) }),
      ...(this.#chance(0.5) && { status: this.#one(STATUSES) }),
      ...(this.#chance(0.2) && { traceState: this.#text() }),
      ...(this.#chance(0.4) && { events: [{ name: this.#text(), timeUnixNano: nanos(), ...described() }] }),
      ...(this.#chance(0.3) && { links: [{ traceId: this.#one(TRACES), spanId, flags: 1, ...described() }] }),
      ...(this.#chance(0.2) && { links: [{ traceId: '', spanId: '' }] }),
      ...(this.#chance(0.1) && { droppedEventsCount: 2, droppedLinksCount: 3 }),
    };
  }

  #id(): string {
    this.#made += 1;
    return `${String(this.#made).padStart(8, '0')}-${this.#below(2 ** 31).toString(16)}`;
  }

  #time(): Date {
    return new Date(FIRST_MILLIS + this.#below(50));
  }

  #text(): string {
    return this.#one(TEXTS);
  }

  #metadata(): AnyValueMap {
    const entries = Array.from({ length: this.#below(4) }, () => [this.#one(KEYS), this.#value(0)] as const);
    return Object.fromEntries(entries);
  }

  #tags(): Tags {
    const entries = Array.from({ length: this.#below(4) }, () => [
      this.#one(KEYS),
      this.#one([this.#text(), this.#one(NUMBERS), this.#chance(0.5)]),
    ]);
    return Object.fromEntries(entries) as Tags;
  }

  #value(depth: number): AnyValue {
    switch (this.#below(depth > 2 ? 4 : 7)) {
      case 0:
        return this.#text();
      case 1:
        return this.#one(NUMBERS);
      case 2:
        return this.#chance(0.5);
      case 3:
        return null;
      case 4:
        return new Uint8Array([this.#below(256), this.#below(256)]);
      case 5:
        return Array.from({ length: this.#below(3) }, () => this.#value(depth + 1));
      default:
        return { [this.#one(KEYS)]: this.#value(depth + 1) };
    }
  }

  #one<T>(list: readonly T[]): T {
    return list[this.#below(list.length)] as T;
  }

  #chance(probability: number): boolean {
    return this.#below(1_000_000) < probability * 1_000_000;
  }

  /** Mulberry32, by Tommy Ettinger, public domain: small, and even enough for tests. */
  #below(bound: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * bound) | 0;
  }
}
