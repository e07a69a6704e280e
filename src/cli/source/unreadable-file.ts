import type { ItemSource, Items } from './source.js';

/** A file that a pattern names and that can't be opened: it is counted, and the others are read. */
export class UnreadableFile implements ItemSource {
  readonly name: string;
  readonly totalBytes = 0;
  readonly bytesRead = 0;
  readonly unreadable = { unreadable_file: 1 };

  constructor(path: string) {
    this.name = path;
  }

  async *pages(): AsyncGenerator<Items, void, undefined> {}

  async *follow(): AsyncGenerator<Items, void, undefined> {}

  async close(): Promise<void> {}
}
