import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { TelemetryItem } from '../../model/item.js';
import type { ItemWriter } from './item-writer.js';
import type { WholeFile } from './whole-file.js';

/** What becomes of items: text of whole lines, and how many of the items went with others. */
export interface TextForm {
  readonly head?: string;
  textOf(items: readonly TelemetryItem[]): { readonly text: string; readonly folded: number };
}

/** A file of lines, compressed or not. */
export class TextWriter implements ItemWriter {
  readonly there = 0;
  readonly #file: WholeFile;
  readonly #form: TextForm;
  readonly #stream: Writable;
  readonly #written: Promise<void>;
  #folded = 0;

  constructor(file: WholeFile, form: TextForm, isCompressed: boolean) {
    this.#file = file;
    this.#form = form;
    const disk = createWriteStream(file.path);
    this.#written = finished(disk);
    // is awaited at the end; until then a failure is no unhandled one
    this.#written.catch(() => undefined);
    this.#stream = isCompressed ? createGzip() : disk;
    if (this.#stream !== disk) this.#stream.pipe(disk);
    disk.on('error', (error) => this.#stream.destroy(error));
    this.#stream.on('error', () => undefined);
    if (form.head !== undefined) this.#stream.write(`${form.head}\n`);
  }

  get folded(): number {
    return this.#folded;
  }

  async write(items: readonly TelemetryItem[]): Promise<void> {
    const { text, folded } = this.#form.textOf(items);
    this.#folded += folded;
    if (text === '' || this.#stream.write(text)) return;
    await Promise.race([once(this.#stream, 'drain'), this.#written]);
  }

  async finish(): Promise<void> {
    this.#stream.end();
    await this.#written;
    this.#file.finish();
  }

  async abandon(): Promise<void> {
    this.#stream.destroy();
    this.#file.abandon();
  }
}
