import { isUtf8 } from 'node:buffer';
import { decodeLine } from '../../codec/json-line-decode.js';
import { holeBefore } from '../../codec/line-hole.js';
import { isAnyValueMap } from '../../model/any-value.js';
import { TelemetryEvent } from '../../model/event.js';
import type { TelemetryItem } from '../../model/item.js';
import { type ResolvedQuery, resolveQuery, type TelemetryQuery } from '../../model/query.js';
import { GzipDamage, unzippedStream } from '../../storage/file/gunzip.js';
import { wholeLines } from '../../storage/file/line-blocks.js';
import { matcherOf } from '../../storage/query-match.js';
import { foreignEvent, jsonObject } from './foreign-line.js';
import { OtlpLines } from './otlp-lines.js';
import { type FollowOptions, type ItemSource, type Items, lastOf } from './source.js';

const MAX_LINE_BYTES = 16 * 1024 * 1024;
const GZIP = Buffer.of(0x1f, 0x8b);
/** Small, as nothing is given of a piece that holds damage. */
const ZIPPED_BYTES = 1024;
const NEWLINE = 0x0a;

/** Lines that are no JSON: their text is the message. */
const plain = new WeakSet<TelemetryItem>();

/** Whether an item is a line of text that some program wrote among its JSON lines. */
export function isPlainLine(item: TelemetryItem): boolean {
  return plain.has(item);
}

/**
 * Lines of a stream, compressed with gzip or not: of RIMP, of OTLP in JSON, or of another logger, such as pino's and
 * winston's. It can be read once.
 */
export class StreamItems implements ItemSource {
  readonly name: string;
  readonly totalBytes = undefined;
  readonly #stream: AsyncIterable<Buffer> & { destroy(): unknown };
  readonly #keepsPlain: boolean;
  readonly #otlp = new OtlpLines();
  readonly #unreadable = new Map<string, number>();
  #bytesRead = 0;

  /** @param keepsPlain - whether lines that are no JSON become items; else they are counted as unreadable. */
  constructor(name: string, stream: AsyncIterable<Buffer> & { destroy(): unknown }, keepsPlain: boolean) {
    this.name = name;
    this.#stream = stream;
    this.#keepsPlain = keepsPlain;
  }

  get bytesRead(): number {
    return this.#bytesRead;
  }

  get unreadable(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#unreadable);
  }

  async *pages(query: TelemetryQuery): AsyncGenerator<Items, void, undefined> {
    const resolved = resolveQuery(query, 'SOURCE');
    if (!resolved.descending) yield* this.#read(resolved);
    else yield (await lastOf(this.#read(resolved), resolved.limit)).reverse();
  }

  async *follow(query: TelemetryQuery, { signal }: FollowOptions): AsyncGenerator<Items, void, undefined> {
    const end = (): unknown => this.#stream.destroy();
    signal.addEventListener('abort', end);
    try {
      yield [];
      yield* this.#read(resolveQuery(query, 'SOURCE'));
    } catch (error) {
      // what is destroyed can't be read on
      if (!signal.aborted) throw error;
    } finally {
      signal.removeEventListener('abort', end);
    }
  }

  async close(): Promise<void> {
    this.#stream.destroy();
  }

  async *#read(query: ResolvedQuery): AsyncGenerator<Items, void, undefined> {
    const matches = matcherOf(query);
    const onTooLong = (): void => this.#skip('too_long');
    try {
      for await (const { bytes } of wholeLines(this.#chunks(), 0, MAX_LINE_BYTES, onTooLong)) {
        const items: TelemetryItem[] = [];
        for (const text of this.#linesOf(bytes)) {
          const hole = holeBefore(text);
          if (hole > 0) this.#skip('not_rimp');
          const line = text.slice(hole);
          if (line.trim() === '') continue;
          for (const item of this.#itemsOf(line.replace(/^\ufeff|\r$/g, ''))) if (matches(item)) items.push(item);
        }
        if (items.length > 0) yield items;
      }
    } catch (error) {
      if (!(error instanceof GzipDamage)) throw error;
      this.#skip(error.reason);
    }
  }

  /** Bytes that are no UTF-8 are replaced where a person looks, else their line is no item. */
  *#linesOf(bytes: Buffer): Generator<string> {
    if (this.#keepsPlain || isUtf8(bytes)) {
      yield* bytes.toString('utf8').split('\n');
      return;
    }
    for (let start = 0; start < bytes.length; ) {
      const newline = bytes.indexOf(NEWLINE, start);
      const line = bytes.subarray(start, newline < 0 ? bytes.length : newline);
      start += line.length + 1;
      if (isUtf8(line)) yield line.toString('utf8');
      else this.#skip('not_utf8');
    }
  }

  #itemsOf(line: string): readonly TelemetryItem[] {
    if (this.#otlp.isOne(line))
      return this.#otlp.itemsOf(line, (reason, count) => {
        this.#skip(reason, count);
      });
    const item = this.#itemOf(line);
    return item === undefined ? [] : [item];
  }

  #itemOf(line: string): TelemetryItem | undefined {
    const object = jsonObject(line);
    const isOurs = (object?.type === 'event' || object?.type === 'metric') && isAnyValueMap(object.data);
    if (object !== undefined && !isOurs) {
      const event = foreignEvent(object, new Date());
      if (event !== undefined) return event;
    }
    try {
      return decodeLine(line);
    } catch {
      if (!this.#keepsPlain || object !== undefined) return this.#skip('not_rimp');
      const event = new TelemetryEvent({ source: '-', message: line });
      plain.add(event);
      return event;
    }
  }

  #skip(reason: string, count = 1): undefined {
    this.#unreadable.set(reason, (this.#unreadable.get(reason) ?? 0) + count);
    return undefined;
  }

  async *#chunks(): AsyncGenerator<Buffer, void, undefined> {
    const chunks = this.#counted();
    let head: Buffer = Buffer.alloc(0);
    // a pipe may give the first of the two bytes alone
    while (GZIP.subarray(0, head.length).equals(head) && head.length < GZIP.length) {
      const next = await chunks.next();
      if (next.done === true) break;
      head = head.length === 0 ? next.value : Buffer.concat([head, next.value]);
    }
    const whole = (async function* () {
      if (head.length > 0) yield head;
      yield* chunks;
    })();
    yield* head.subarray(0, GZIP.length).equals(GZIP) ? unzippedStream(inPieces(whole)) : whole;
  }

  async *#counted(): AsyncGenerator<Buffer, void, undefined> {
    for await (const chunk of this.#stream) {
      this.#bytesRead += chunk.length;
      yield chunk;
    }
  }
}

async function* inPieces(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
  for await (const chunk of chunks)
    for (let start = 0; start < chunk.length; start += ZIPPED_BYTES) yield chunk.subarray(start, start + ZIPPED_BYTES);
}
