import { statSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { toError } from '../../model/errors.js';
import { isBounded, type ResolvedQuery, resolveQuery, type TelemetryQuery } from '../../model/query.js';
import { Diagnostics } from '../../runtime/diagnostics.js';
import { NO_OUTPUT } from '../../runtime/diagnostics-output.js';
import { systemClock } from '../../runtime/system-clock.js';
import { BlockDecoder } from '../../storage/file/block-decoder.js';
import { FileReader } from '../../storage/file/file-reader.js';
import { GzipDamage, unzippedParts } from '../../storage/file/gunzip.js';
import { readForwards, wholeLines } from '../../storage/file/line-blocks.js';
import { openSegment } from '../../storage/file/open-if-there.js';
import { segmentsOf } from '../../storage/file/segments.js';
import { matcherOf } from '../../storage/query-match.js';
import { targetOf } from '../../storage/real-path.js';
import { FileFollower } from './file-follower.js';
import { OtlpLines } from './otlp-lines.js';
import { type FollowOptions, filtered, type ItemSource, type Items, lastOf } from './source.js';

const WHO = 'SOURCE';
const MAX_LINE_BYTES = 16 * 1024 * 1024;

interface Part {
  readonly path: string;
  readonly compressed: boolean;
}

/** A file of JSON lines with the files that rotation has closed, or a compressed one by itself. */
export class FileItems implements ItemSource {
  readonly name: string;
  readonly totalBytes: number;
  readonly #path: string;
  readonly #isCompressed: boolean;
  readonly #decoder: BlockDecoder;
  #bytesRead = 0;

  constructor(path: string, isCompressed: boolean) {
    this.name = path;
    this.#path = targetOf(path);
    this.#isCompressed = isCompressed;
    this.#decoder = new BlockDecoder(path, MAX_LINE_BYTES, new Diagnostics(systemClock, NO_OUTPUT), new OtlpLines());
    this.totalBytes = this.#parts().reduce((sum, part) => sum + sizeOf(part.path), 0);
  }

  get bytesRead(): number {
    return this.#bytesRead;
  }

  get unreadable(): Readonly<Record<string, number>> {
    return this.#decoder.unreadable.reasons;
  }

  async *pages(query: TelemetryQuery): AsyncGenerator<Items, void, undefined> {
    const resolved = resolveQuery(query, WHO);
    if (this.#isCompressed && resolved.descending) {
      const all = await lastOf(this.#forwards({ ...resolved, descending: false }), resolved.limit);
      yield all.reverse();
    } else if (this.#isCompressed || !(resolved.descending || isBounded(resolved))) {
      yield* this.#forwards(resolved);
    } else {
      const reader = new FileReader(this.#path, MAX_LINE_BYTES, this.#decoder);
      for await (const { items } of reader.pages(resolved)) yield items;
    }
  }

  async *follow(query: TelemetryQuery, options: FollowOptions): AsyncGenerator<Items, void, undefined> {
    if (this.#isCompressed) {
      yield await lastOf(filtered(this.pages(query), options.test), options.last);
      return;
    }
    const follower = new FileFollower(this.#path, MAX_LINE_BYTES, this.#decoder, options);
    yield* follower.follow(resolveQuery(query, WHO));
  }

  async close(): Promise<void> {}

  #parts(): Part[] {
    if (this.#isCompressed) return [{ path: this.#path, compressed: true }];
    return [...segmentsOf(this.#path), { path: this.#path, compressed: false }];
  }

  async *#forwards(query: ResolvedQuery): AsyncGenerator<Items, void, undefined> {
    const matches = matcherOf(query);
    const onTooLong = (bytes: number): void => this.#decoder.tooLong(bytes);
    for (const part of this.#parts()) {
      const before = this.#bytesRead;
      let opened: Awaited<ReturnType<typeof openSegment>>;
      try {
        opened = await openSegment(part.path, part.compressed);
        if (opened === undefined) continue;
        const { handle, compressed } = opened;
        const blocks = compressed
          ? wholeLines(this.#unzipped(handle), 0, MAX_LINE_BYTES, onTooLong)
          : readForwards(handle, [{ start: 0, end: (await handle.stat()).size }], MAX_LINE_BYTES, onTooLong);
        for await (const block of blocks) {
          if (!compressed) this.#bytesRead = before + block.start + block.bytes.length;
          const { items } = this.#decoder.decode(block, query, matches);
          if (items.length > 0) yield items;
        }
      } catch (error) {
        const reason = error instanceof GzipDamage ? error.reason : 'unreadable_file';
        this.#decoder.badFile(part.path, reason, toError(error).message);
      } finally {
        await opened?.handle.close();
      }
    }
  }

  #unzipped(handle: FileHandle): AsyncIterable<Buffer> {
    return unzippedParts(handle, (bytes) => {
      this.#bytesRead += bytes;
    });
  }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
