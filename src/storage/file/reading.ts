import type { TelemetryData } from '../../model/data.js';
import type { TelemetryItem } from '../../model/item.js';
import type { TelemetryQuery } from '../../model/query.js';
import type { Diagnostics } from '../../runtime/diagnostics.js';
import { retrievePages, scanPages } from '../pages.js';
import { BlockDecoder, type UnreadableLines } from './block-decoder.js';
import { FileReader } from './file-reader.js';

const WHO = 'FileStorage';

/** What a storage in files reads: the one that is written, and the closed ones. `segments.ts` says which there are. */
export class Reading {
  readonly #decoder: BlockDecoder;
  readonly #reader: FileReader;

  constructor(path: string, maxLineBytes: number, diagnostics: Diagnostics) {
    this.#decoder = new BlockDecoder(path, maxLineBytes, diagnostics);
    this.#reader = new FileReader(path, maxLineBytes, this.#decoder);
  }

  get unreadableLines(): UnreadableLines {
    return this.#decoder.unreadable;
  }

  retrieve(query?: TelemetryQuery): Promise<TelemetryData> {
    return retrievePages(WHO, query, (resolved) => this.#reader.pages(resolved));
  }

  scan(query?: TelemetryQuery): AsyncGenerator<TelemetryItem, void, undefined> {
    return scanPages(WHO, query, (resolved) => this.#reader.pages(resolved));
  }
}
