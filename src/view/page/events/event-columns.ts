import type { EventLine } from '../../api-types.js';
import { dayOf } from '../ui/time-format.js';

/** Characters of a source that widen its column; that of a wide list has no more than a part of its width anyway. */
const LONGEST_SOURCE = 60;
/** Width of a character of a source, in those of a zero of the row's larger font. */
const CHARACTER = 0.85;
/** A time with its day, in pixels. */
const DAY_PIXELS = 168;

/** How wide the columns are, by the rows that were in sight: they grow with them, and stay so until a list begins anew. */
export class EventColumns {
  #generation = -1;
  #longest = 0;
  #hasDays = false;

  /** @param events - those in sight. */
  widths(generation: number, events: readonly EventLine[]): Record<'--source' | '--time', string> {
    if (generation !== this.#generation) {
      this.#generation = generation;
      this.#longest = 0;
      this.#hasDays = false;
    }
    const today = dayOf(new Date());
    for (const event of events) {
      this.#longest = Math.max(this.#longest, Math.min(LONGEST_SOURCE, sourceText(event).length));
      this.#hasDays ||= dayOf(new Date(event.data.timestamp)) !== today;
    }
    return {
      '--source': `${Math.ceil(this.#longest * CHARACTER) + 1}ch`,
      '--time': this.#hasDays ? `${DAY_PIXELS}px` : '0px',
    };
  }
}

/** An event's service and source, as the list names them: the service if it is another word. */
export function sourceText(event: EventLine): string {
  const service = serviceBeside(event);
  return service === undefined ? event.data.source : `${service} ${event.data.source}`;
}

/** The service of an event; `undefined` if it has none, or that is its source as well. */
export function serviceBeside({ data, otel }: EventLine): string | undefined {
  const service = otel?.resource?.['service.name'];
  return typeof service === 'string' && service !== data.source ? service : undefined;
}
