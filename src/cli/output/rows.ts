import { printable } from '../../codec/printable.js';
import { isEvent, type TelemetryItem } from '../../model/item.js';
import { spanDurationMillis } from '../../model/span.js';
import { withoutColours } from './colour-codes.js';
import type { Paint, Style } from './colours.js';
import { shortDuration } from './figure.js';
import { pairsOf, quoted } from './pairs.js';

/** A value longer than this is cut unless all of it is asked for. */
const MAX_VALUE_CHARACTERS = 100;
const MAX_SOURCE_COLUMNS = 24;

/** How rows look. */
export interface RowOptions {
  readonly paint: Paint;
  readonly showTime: (time: Date) => string;
  /** Whether long values are left whole. */
  readonly isFull: boolean;
}

/** Items as aligned columns: time, type, source or metric, message or value, then metadata or tags. */
export class Rows {
  readonly #options: RowOptions;
  #timeWidth = 0;
  #sourceWidth = 0;
  #cut = 0;

  constructor(options: RowOptions) {
    this.#options = options;
  }

  /** Values that were cut, so far. */
  get cut(): number {
    return this.#cut;
  }

  /** Makes columns wide enough for items that are to come. */
  prepare(items: readonly TelemetryItem[]): void {
    for (const item of items) this.#widen(this.#options.showTime(item.timestamp), whatOf(item));
  }

  row(item: TelemetryItem): string {
    const { paint, showTime } = this.#options;
    const [time, what] = [showTime(item.timestamp), whatOf(item)];
    this.#widen(time, what);
    const style = styleOf(item);
    const columns = [
      paint('dim', time.padEnd(this.#timeWidth)),
      paint(style, typeOf(item).padEnd(7)),
      paint('bold', what.padEnd(this.#sourceWidth)),
      ...saidOf(item, paint),
      ...pairsOf(item).map(([key, value]) => `${paint('dim', `${printable(key)}=`)}${this.#value(value)}`),
    ];
    return columns.join(' ').trimEnd();
  }

  #widen(time: string, what: string): void {
    this.#timeWidth = Math.max(this.#timeWidth, time.length);
    this.#sourceWidth = Math.max(this.#sourceWidth, Math.min(MAX_SOURCE_COLUMNS, what.length));
  }

  #value(value: string): string {
    const { isFull } = this.#options;
    if (isFull || value.length <= MAX_VALUE_CHARACTERS) return printable(quoted(value));
    this.#cut += 1;
    return `${printable(quoted(value.slice(0, MAX_VALUE_CHARACTERS)))}…`;
  }
}

/** What happened, of a span with how long it took and what went wrong; or what was measured. */
function saidOf(item: TelemetryItem, paint: Paint): string[] {
  if (!isEvent(item)) return [`${item.value}${item.unit === undefined ? '' : ` ${printable(item.unit)}`}`];
  const millis = spanDurationMillis(item);
  const message = printable(item.message);
  if (millis === undefined) return [message];
  const why = item.otel?.span?.status?.message;
  return [message, paint('metric', shortDuration(millis)), ...(why === undefined ? [] : [printable(`(${why})`)])];
}

function whatOf(item: TelemetryItem): string {
  return printable(isEvent(item) ? item.source : item.name);
}

/** The type of an event in capital letters; of others what they are. */
export function typeOf(item: TelemetryItem): string {
  if (!isEvent(item)) return 'METRIC';
  // most spans are no more than that
  return item.otel?.span !== undefined && item.eventType === 'info' ? 'SPAN' : item.eventType.toUpperCase();
}

function styleOf(item: TelemetryItem): Style {
  return isEvent(item) ? item.eventType : 'metric';
}

/** A line that some program wrote, without its colours and with nothing that a terminal obeys. */
export function plainLine(text: string): string {
  return printable(withoutColours(text));
}
