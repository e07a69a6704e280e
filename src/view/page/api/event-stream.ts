/** One server-sent event. */
export interface StreamEvent {
  /** Its name; `message` if it has none. */
  readonly name: string;
  readonly data: string;
  /** The id to resume after; that of an earlier event if it has none itself. */
  readonly id: string;
}

/**
 * Reads the text of an event stream (HTML Living Standard, "Parsing an event stream") in chunks as they come.
 *
 * `EventSource` reads it as well, but gives up at an error's status without saying which, and can't resume in a new one.
 */
export class EventStreamReader {
  #rest = '';
  #name = '';
  #data: string[] = [];
  #id = '';
  /** How long to wait before the next connection, in milliseconds, if the server said so. */
  retryMillis: number | undefined;

  constructor(lastId = '') {
    this.#id = lastId;
  }

  /** The events that a chunk completes. */
  read(chunk: string): StreamEvent[] {
    const events: StreamEvent[] = [];
    const lines = (this.#rest + chunk).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      const event = this.#readLine(line.endsWith('\r') ? line.slice(0, -1) : line);
      if (event !== undefined) events.push(event);
    }
    return events;
  }

  #readLine(line: string): StreamEvent | undefined {
    if (line === '') return this.#end();
    const colon = line.indexOf(':');
    if (colon === 0) return undefined;
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (field === 'data') this.#data.push(value);
    else if (field === 'event') this.#name = value;
    else if (field === 'id' && !value.includes('\0')) this.#id = value;
    else if (field === 'retry' && /^\d+$/.test(value)) this.retryMillis = Number(value);
    return undefined;
  }

  #end(): StreamEvent | undefined {
    const [name, data] = [this.#name || 'message', this.#data];
    this.#name = '';
    this.#data = [];
    return data.length === 0 ? undefined : { name, data: data.join('\n'), id: this.#id };
  }
}
