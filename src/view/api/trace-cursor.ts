import type { TraceSummary } from '../../analysis/trace-summaries.js';
import { badRequest } from './api-error.js';

export const NANOS_OF_MILLI = 1_000_000n;
/** Events last read among which the latest time is looked for: they come somewhat out of order. */
const EDGE_EVENTS = 500;

/** Where a list of traces, the latest first, goes on: behind a trace, or at a time if `traceId` is empty. */
export class TraceCursor {
  readonly startNanos: bigint;
  readonly traceId: string;

  constructor(startNanos: bigint, traceId: string) {
    this.startNanos = startNanos;
    this.traceId = traceId;
  }

  /** @throws ApiProblem 400 if it is no text of {@link toString}. */
  static from(text: string): TraceCursor {
    const [, nanos, traceId = ''] = /^(\d{1,20})-([0-9a-f]{0,32})$/i.exec(text) ?? [];
    if (nanos === undefined)
      throw badRequest(`expected "after" to be the "next" of an answer, got "${text.slice(0, 60)}"`);
    return new TraceCursor(BigInt(nanos), traceId);
  }

  toString(): string {
    return `${this.startNanos}-${this.traceId}`;
  }

  /** The last millisecond that may have something of what comes behind it. */
  get millis(): number {
    return Number(this.startNanos / NANOS_OF_MILLI);
  }

  isBefore({ startNanos, traceId }: TraceSummary): boolean {
    return startNanos < this.startNanos || (startNanos === this.startNanos && traceId > this.traceId);
  }
}

/** The time down to which events were read. */
export class ReadingEdge {
  #last: bigint[] = [];

  add(startNanos: bigint): void {
    this.#last.push(startNanos);
    if (this.#last.length > 2 * EDGE_EVENTS) this.#last = this.#last.slice(-EDGE_EVENTS);
  }

  /** Where to go on; before `after` in any case. `undefined` if nothing was read. */
  cursor(after: TraceCursor | undefined): TraceCursor | undefined {
    const last = this.#last.slice(-EDGE_EVENTS);
    const end = last.at(-1);
    if (end === undefined) return undefined;
    const latest = last.reduce((most, nanos) => (nanos > most ? nanos : most));
    const reached = after !== undefined && latest >= after.startNanos ? end : latest;
    if (after === undefined || reached < after.startNanos) return new TraceCursor(reached, '');
    return new TraceCursor(after.startNanos - NANOS_OF_MILLI, '');
  }
}
