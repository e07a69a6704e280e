import { duration, grouped, size } from '../format.js';
import type { Output } from './output.js';

/** How often the line is drawn on a terminal, and how often a line is written elsewhere. */
const TERMINAL_MILLIS = 100;
const PLAIN_MILLIS = 5_000;

/** How far the work is. */
export interface Progress {
  readonly items: number;
  readonly bytes: number;
  /** Bytes that there are; `undefined` if that is not known. */
  readonly totalBytes: number | undefined;
}

/** Progress on a terminal as one line that changes, elsewhere as a line every 5 seconds. */
export class ProgressLine {
  readonly #output: Output;
  readonly #startedAt = performance.now();
  #shownAt = performance.now();
  #isOpen = false;

  constructor(output: Output) {
    this.#output = output;
  }

  /** Seconds since the beginning. */
  get seconds(): number {
    return Math.max(0.001, (performance.now() - this.#startedAt) / 1_000);
  }

  show(progress: Progress): void {
    const { isTerminal } = this.#output;
    const now = performance.now();
    if (now - this.#shownAt < (isTerminal ? TERMINAL_MILLIS : PLAIN_MILLIS)) return;
    this.#shownAt = now;
    const text = progressText(progress, this.seconds);
    if (isTerminal) this.#output.write(`\r\u001b[K${text}`);
    else this.#output.write(`${text}\n`);
    this.#isOpen = isTerminal;
  }

  /** Takes the line away. */
  end(): void {
    if (this.#isOpen) this.#output.write('\r\u001b[K');
    this.#isOpen = false;
  }
}

function progressText({ items, bytes, totalBytes }: Progress, seconds: number): string {
  const parts = [`${grouped(items)} items`, `${grouped(items / seconds)} items/s`];
  if (bytes > 0) parts.push(size(bytes), `${size(bytes / seconds)}/s`);
  if (totalBytes !== undefined && totalBytes > 0) {
    const part = Math.min(1, bytes / totalBytes);
    parts.push(`${Math.floor(part * 100)} %`);
    if (part > 0) parts.push(`ETA ${duration((seconds / part) * (1 - part))}`);
  }
  return parts.join('  ');
}
