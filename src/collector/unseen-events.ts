import type { TelemetryEvent } from '../model/event.js';
import { uidOf } from '../otel/event-in-flight.js';
import type { HrTime, LogRecordLike } from '../otel/sdk-types.js';

/** How many are remembered. */
const MAX_EVENTS = 10_000;

/** Events that went on without a processor of ours: one that defers may still hand their records over. */
export class UnseenEvents {
  readonly #ids = new Set<string>();
  /** The times of their records: what redacts may have replaced the ids. */
  readonly #times = new WeakSet<object>();

  /** @param time - that the record was emitted with. */
  add(event: TelemetryEvent, time: HrTime | undefined): void {
    this.#ids.add(event.eventId);
    if (time !== undefined) this.#times.add(time);
    if (this.#ids.size > MAX_EVENTS) this.#ids.delete(this.#ids.values().next().value ?? '');
  }

  /** Whether a record is that of such an event, the first time that it comes. */
  takes(record: LogRecordLike): boolean {
    if (this.#ids.size === 0) return false;
    const isKnownTime = this.#times.delete(record.hrTime);
    return this.#ids.delete(String(uidOf(record))) || isKnownTime;
  }
}
