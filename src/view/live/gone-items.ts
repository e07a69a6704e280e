/** Items that are no longer held, summed up. */
export interface Gone {
  readonly events: number;
  readonly metrics: number;
  /** Between which times they lie, in milliseconds since the Unix epoch; infinite if that is not known. */
  readonly startMillis: number;
  readonly endMillis: number;
}

interface Block {
  readonly first: number;
  next: number;
  events: number;
  metrics: number;
  startMillis: number;
  endMillis: number;
}

const BLOCK_ITEMS = 500;
/** Two million items; what left before is known by its number alone. */
const MAX_BLOCKS = 4_000;

/** Remembers of items that left, in blocks, how many there were and of which times. */
export class GoneItems {
  #blocks: Block[] = [];

  add(sequence: number, isEvent: boolean, millis: number): void {
    let last = this.#blocks.at(-1);
    if (last === undefined || last.next - last.first >= BLOCK_ITEMS) {
      last = { first: sequence, next: sequence, events: 0, metrics: 0, startMillis: millis, endMillis: millis };
      this.#blocks.push(last);
      if (this.#blocks.length > MAX_BLOCKS * 1.25) this.#blocks = this.#blocks.slice(-MAX_BLOCKS);
    }
    last.next = sequence + 1;
    if (isEvent) last.events += 1;
    else last.metrics += 1;
    if (millis < last.startMillis) last.startMillis = millis;
    if (millis > last.endMillis) last.endMillis = millis;
  }

  /** What left of the numbers from `from` on: in whole blocks, so that it may be a few more. */
  since(from: number): Gone {
    const sum = { events: 0, metrics: 0, startMillis: Number.POSITIVE_INFINITY, endMillis: Number.NEGATIVE_INFINITY };
    const first = this.#blocks[0];
    if (first !== undefined && from < first.first) {
      sum.events += first.first - from;
      sum.startMillis = Number.NEGATIVE_INFINITY;
    }
    for (const block of this.#blocks) {
      if (block.next <= from) continue;
      sum.events += block.events;
      sum.metrics += block.metrics;
      sum.startMillis = Math.min(sum.startMillis, block.startMillis);
      sum.endMillis = Math.max(sum.endMillis, block.endMillis);
    }
    return sum;
  }
}
