import { once } from 'node:events';

const CHUNK_CHARACTERS = 64 * 1024;

/**
 * Standard output as data: nothing is left out, a slow reader is waited for, and one that went away (`| head`) ends the
 * work quietly.
 */
export class DataOutput {
  readonly #stream: NodeJS.WriteStream;
  readonly #gone = new AbortController();
  #text = '';

  constructor(stream: NodeJS.WriteStream = process.stdout) {
    this.#stream = stream;
    // stays for the stream's whole life: each further write fails with another error
    stream.on('error', () => this.#gone.abort());
  }

  get isTerminal(): boolean {
    return this.#stream.isTTY === true;
  }

  /** Is aborted when nobody reads any more. */
  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  /** Adds a line; it is written with others. Resolves at once unless the reader is slow. */
  line(text: string): Promise<void> | undefined {
    this.#text += `${text}\n`;
    return this.#text.length < CHUNK_CHARACTERS ? undefined : this.flush();
  }

  /** Writes what was added, and waits if its reader is slow. */
  async flush(): Promise<void> {
    const text = this.#text;
    this.#text = '';
    if (text === '' || this.#gone.signal.aborted) return;
    if (this.#stream.write(text)) return;
    const { signal } = this.#gone;
    await once(this.#stream, 'drain', { signal }).catch(() => undefined);
  }
}
