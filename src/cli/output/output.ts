import { printable } from '../../codec/printable.js';

/** Bytes that wait for a reader, beyond which lines are left out. */
const MAX_WAITING_BYTES = 1024 * 1024;

/**
 * A standard stream whose reader may go away, or stop reading: the program goes on, and its memory doesn't grow. A
 * reader that is slow gets whole lines, and a line that says how many it did not get.
 */
export class Output {
  readonly #stream: NodeJS.WriteStream;
  #dropped = 0;
  #unsaid = 0;
  #isGone = false;
  #failure: Error | undefined;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
    // stays for the stream's whole life: each further write fails with another error
    stream.on('error', (error: NodeJS.ErrnoException) => {
      // of a reader that went away, and of the writes behind it, nothing is said
      if (!this.#isGone && error.code !== 'EPIPE') this.#failure = error;
      this.#isGone = true;
    });
  }

  get isTerminal(): boolean {
    return this.#stream.isTTY === true;
  }

  /** Why something could not be written, such as a full disk; a reader that went away is none. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** Lines that were not written, as nobody read them. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Whether what was written is read. */
  get isIdle(): boolean {
    return this.#isGone || this.#stream.writableLength === 0;
  }

  /** Writes text of this program's own. */
  write(text: string): void {
    if (this.#isGone || this.#stream.writableLength > MAX_WAITING_BYTES) {
      const lines = text.split('\n').length - 1;
      this.#dropped += lines;
      this.#unsaid += lines;
      return;
    }
    if (this.#unsaid > 0) {
      this.#stream.write(`… ${this.#unsaid} lines left out: their reader was too slow\n`);
      this.#unsaid = 0;
    }
    this.#stream.write(text);
  }

  /** Writes one line that holds what others wrote. */
  line(text: string): void {
    this.write(`${printable(text)}\n`);
  }

  /** Writes a message of one or more lines that may hold what others wrote. */
  message(text: string): void {
    for (const line of text.split('\n')) this.line(line);
  }
}

/** Standard output and standard error of the program. */
export const out = new Output(process.stdout);
export const err = new Output(process.stderr);

/** Waits until what was written is read, for at most so long; resolves to whether it is. */
export async function flushed(timeoutMillis: number): Promise<boolean> {
  const until = performance.now() + timeoutMillis;
  while (!out.isIdle || !err.isIdle) {
    if (performance.now() >= until) return false;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return true;
}
