// Watches a queue grow and drain.
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const BARS = '▁▂▃▄▅▆▇█';
const WIDTH = 40;

/** The bytes of all files below a directory; files that go away meanwhile count nothing. */
export function bytesBelow(directory: string): number {
  let bytes = 0;
  for (const name of readdirSync(directory, { recursive: true, encoding: 'utf8' }))
    bytes += statSync(join(directory, name), { throwIfNoEntry: false })?.size ?? 0;
  return bytes;
}

/** A figure over time, as a line of bars. */
export class Watch {
  readonly #read: () => number;
  readonly #values: number[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(read: () => number) {
    this.#read = read;
  }

  get highest(): number {
    return Math.max(0, ...this.#values);
  }

  start(): void {
    this.#timer = setInterval(() => this.#values.push(this.#read()), 25).unref();
  }

  /** Ends it; gives the bars of the whole time. */
  stop(): string {
    clearInterval(this.#timer);
    this.#values.push(this.#read());
    const columns = Math.min(WIDTH, this.#values.length);
    const highest = this.highest || 1;
    return Array.from({ length: columns }, (_, i) => {
      const value = this.#values[Math.floor(((i + 1) * this.#values.length) / columns) - 1] ?? 0;
      return value === 0 ? ' ' : BARS[Math.min(BARS.length - 1, Math.floor((value / highest) * BARS.length))];
    }).join('');
  }
}
