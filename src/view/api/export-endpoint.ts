import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { CSV_HEADER, csvLine, defused } from '../../analysis/csv.js';
import type { TelemetryItem } from '../../model/item.js';
import { begin } from '../http/send.js';
import { drained } from '../http/stall.js';
import { itemLine } from '../item-line.js';
import type { ApiContext, ApiRequest } from './context.js';
import { FILTER_NAMES, filterOf } from './item-filter.js';
import { kindsOf } from './kinds.js';
import { Parameters } from './parameters.js';
import { readFailure } from './scan.js';
import { breathe, isSliceOver } from './slices.js';

/** Text of one write, in characters, and bytes of which a slow client has to take each in its time. */
const CHUNK_CHARACTERS = 64 * 1024;
const CHUNK_BYTES = 64 * 1024;

/** How long the head of an answer waits for a filter to show that it takes too long, in milliseconds. */
const HEAD_MILLIS = 10_000;

const FORMATS = {
  jsonl: { type: 'application/x-ndjson', head: '', line: itemLine },
  csv: { type: 'text/csv; charset=utf-8', head: `${CSV_HEADER}\r\n`, line: csvLine(defused) },
} as const;

/** `GET api/export?format=jsonl|csv`: all that a filter asks for, as a file. */
export async function exportItems(context: ApiContext, { response, search, signal }: ApiRequest): Promise<void> {
  const { host } = context;
  const given = new Parameters(search, [...FILTER_NAMES, 'format', 'kinds', 'order']);
  const format = given.word('format', ['jsonl', 'csv']) ?? 'jsonl';
  const now = new Date(host.clock.now());
  const { query, rest } = filterOf(given, kindsOf(given), now);
  const order = given.word('order', ['asc', 'desc']) ?? 'asc';
  const release = await context.exports.take(signal);
  try {
    await host.flush?.();
    const items = host.storage.scan({ ...query, order })[Symbol.asyncIterator]();
    try {
      // a storage that can't be read is to be an answer in words, as long as there is none
      const read = (): Promise<IteratorResult<TelemetryItem>> =>
        items.next().catch((error) => {
          if (response.headersSent) throw error;
          return readFailure(error);
        });
      const first = await read();
      if (signal.aborted) return;
      const { type, head, line } = FORMATS[format];
      const stamp = now.toISOString().replace(/[:.]/g, '-');
      const headers = {
        'content-type': type,
        'content-disposition': `attachment; filename="rimp-${stamp}.${format}"`,
      };
      const wanted = (item: TelemetryItem): boolean => rest === undefined || rest(item);
      const end = format === 'csv' ? '\r\n' : '\n';
      const download = new Download(response, headers, host, signal);
      await download.add(head);
      for (let next = first; next.done !== true && !download.isEnded; next = await read()) {
        if (isSliceOver()) await breathe();
        await download.add(wanted(next.value) ? line(next.value) + end : '');
      }
      await download.end();
    } finally {
      await items.return?.();
    }
  } finally {
    release();
  }
}

/** A file on its way to a client, as fast as this takes it. */
class Download {
  readonly #response: ServerResponse;
  readonly #headers: OutgoingHttpHeaders;
  readonly #host: ApiContext['host'];
  readonly #signal: AbortSignal;
  readonly #beginBy = performance.now() + HEAD_MILLIS;
  #text = '';

  constructor(response: ServerResponse, headers: OutgoingHttpHeaders, host: ApiContext['host'], signal: AbortSignal) {
    this.#response = response;
    this.#headers = headers;
    this.#host = host;
    this.#signal = signal;
  }

  /** Whether nobody waits for more of it. */
  get isEnded(): boolean {
    return this.#signal.aborted || this.#response.destroyed;
  }

  async add(text: string): Promise<void> {
    this.#text += text;
    const isLate = !this.#response.headersSent && performance.now() > this.#beginBy;
    if (this.#text.length >= CHUNK_CHARACTERS || isLate) await this.#write();
  }

  /** Ends the file; one that was broken off is not to look whole. */
  async end(): Promise<void> {
    await this.#write();
    if (!this.isEnded) this.#response.end();
    // the end of the view has answered a request whose file had not begun
    else if (!this.#response.writableEnded) this.#response.destroy();
  }

  async #write(): Promise<void> {
    if (this.isEnded) return;
    if (!this.#response.headersSent) begin(this.#response, this.#headers);
    const bytes = Buffer.from(this.#text);
    this.#text = '';
    for (let at = 0; at < bytes.length && !this.isEnded; at += CHUNK_BYTES)
      if (!this.#response.write(bytes.subarray(at, at + CHUNK_BYTES)))
        await drained(this.#response, this.#host, 'a download', this.#signal);
  }
}
