import type { TelemetryEvent } from '../model/event.js';
import { endNanosOf, startNanosOf } from '../model/span.js';

/** What is known of a trace at a glance. */
export interface TraceSummary {
  readonly traceId: string;
  /** Name of the root span; without one, of the earliest span, else the earliest event's message. */
  readonly name: string;
  /** `service.name` of the same; `undefined` if it has none. */
  readonly service: string | undefined;
  /** Nanoseconds since the Unix epoch. */
  readonly startNanos: bigint;
  readonly endNanos: bigint;
  readonly spans: number;
  /** Events that are no spans. */
  readonly others: number;
  readonly errors: number;
}

/** Traces that are told apart, by default. */
const MAX_TRACES = 2_000;

/** Sums traces up, in bounded memory. Events may come in any order. */
export class TraceSummaries {
  readonly #byId = new Map<string, Summary>();
  readonly #max: number;
  #others = 0;

  /** @param max - traces that are told apart: events of further ones are counted. Default 2,000. */
  constructor(max = MAX_TRACES) {
    this.#max = max;
  }

  /** Events of traces that came when there were too many. */
  get others(): number {
    return this.#others;
  }

  /** Adds an event; one without a trace is left out. */
  add(event: TelemetryEvent): void {
    const id = event.otel?.traceId;
    if (id === undefined) return;
    const known = this.#byId.get(id);
    if (known !== undefined) known.add(event);
    else if (this.#byId.size < this.#max) this.#byId.set(id, new Summary(id, event));
    else this.#others += 1;
  }

  /** Whether a trace is among those that are told apart. */
  has(traceId: string): boolean {
    return this.#byId.has(traceId);
  }

  /** All, that which began last first; those that began at once by their id. */
  list(): TraceSummary[] {
    return [...this.#byId.values()].sort((a, b) => {
      if (a.startNanos === b.startNanos) return a.traceId < b.traceId ? -1 : 1;
      return a.startNanos > b.startNanos ? -1 : 1;
    });
  }
}

class Summary implements TraceSummary {
  readonly traceId: string;
  startNanos: bigint;
  endNanos: bigint;
  spans = 0;
  others = 0;
  errors = 0;
  #named: TelemetryEvent;

  constructor(traceId: string, event: TelemetryEvent) {
    this.traceId = traceId;
    this.startNanos = startNanosOf(event);
    this.endNanos = endNanosOf(event);
    this.#named = event;
    this.add(event);
  }

  get name(): string {
    return this.#named.message;
  }

  get service(): string | undefined {
    const service = this.#named.otel?.resource?.['service.name'];
    return typeof service === 'string' ? service : undefined;
  }

  add(event: TelemetryEvent): void {
    const [start, end] = [startNanosOf(event), endNanosOf(event)];
    if (start < this.startNanos) this.startNanos = start;
    if (end > this.endNanos) this.endNanos = end;
    if (event.otel?.span === undefined) this.others += 1;
    else this.spans += 1;
    if (event.eventType === 'error') this.errors += 1;
    const [rank, before] = [rankOf(event), rankOf(this.#named)];
    if (rank > before || (rank === before && start < startNanosOf(this.#named))) this.#named = event;
  }
}

/** What a trace is named after: a root span rather than another span, a span rather than another event. */
function rankOf(event: TelemetryEvent): number {
  const span = event.otel?.span;
  if (span === undefined) return 0;
  return span.parentSpanId === undefined ? 2 : 1;
}
