import type { IncomingMessage } from 'node:http';
import { createGunzip, createInflate, type Gunzip, type Inflate } from 'node:zlib';
import { toError } from '../model/errors.js';
import { RefusedError } from './responses.js';

/** How large a request may be. */
export interface BodyLimits {
  /** As it is sent. */
  readonly maxBodyBytes: number;
  /** After decompression. */
  readonly maxDecompressedBytes: number;
  /** Of all requests that are being read, together. */
  readonly maxInFlightBytes: number;
}

const MAX_DISCARDED_BYTES = 64 * 1024 * 1024;

/** Reads the bodies of requests, and knows how much of them is in memory. */
export class BodyReader {
  readonly #limits: BodyLimits;
  #inFlight = 0;

  constructor(limits: BodyLimits) {
    this.#limits = limits;
  }

  /**
   * Reads a body, and hands it to `use`, during which it counts as in memory.
   *
   * @throws RefusedError where it is too large, or too much is in memory.
   */
  async read<T>(request: IncomingMessage, use: (body: Uint8Array) => Promise<T>): Promise<T> {
    const { maxBodyBytes, maxInFlightBytes } = this.#limits;
    let held = 0;
    const hold = (bytes: number): void => {
      held += bytes;
      this.#inFlight += bytes;
      if (this.#inFlight > maxInFlightBytes) throw tooMany('too many requests at a time');
    };
    try {
      const announced = Number(request.headers['content-length'] ?? 0);
      if (announced > maxBodyBytes) throw tooLarge('body', maxBodyBytes);
      if (this.#inFlight + announced > maxInFlightBytes) throw tooMany('too many requests at a time');
      const raw = await collect(request, (chunk) => {
        hold(chunk.length);
        if (held > maxBodyBytes) throw tooLarge('body', maxBodyBytes);
      });
      const body = await this.#decompress(raw, request.headers['content-encoding'], hold);
      return await use(body);
    } finally {
      this.#inFlight -= held;
    }
  }

  async #decompress(body: Buffer, encoding: string | undefined, hold: (bytes: number) => void): Promise<Buffer> {
    const { maxDecompressedBytes } = this.#limits;
    const name = encoding?.trim().toLowerCase() ?? '';
    if (name === '' || name === 'identity') {
      if (body.length > maxDecompressedBytes) throw tooLarge('body', maxDecompressedBytes);
      return body;
    }
    if (name !== 'gzip' && name !== 'deflate') {
      const message = `expected the Content-Encoding gzip, deflate or none, got ${name.slice(0, 40)}`;
      throw new RefusedError('unsupportedMediaType', message, { 'accept-encoding': 'gzip, deflate' });
    }
    try {
      return await inflated(body, name === 'gzip' ? createGunzip() : createInflate(), (size, chunk) => {
        if (size > maxDecompressedBytes) throw tooLarge('decompressed body', maxDecompressedBytes);
        hold(chunk);
      });
    } catch (error) {
      if (error instanceof RefusedError) throw error;
      throw new RefusedError('badRequest', `expected a body in ${name}: ${toError(error).message}`);
    }
  }
}

/** Inflates a body; `check` is told of each chunk, and may refuse it by what it throws. */
function inflated(
  body: Buffer,
  stream: Gunzip | Inflate,
  check: (size: number, chunk: number) => void,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    stream.on('data', (chunk: Buffer) => {
      size += chunk.length;
      try {
        check(size, chunk.length);
        chunks.push(chunk);
      } catch (error) {
        stream.destroy();
        reject(toError(error));
      }
    });
    stream.on('end', () => resolve(Buffer.concat(chunks)));
    stream.on('error', reject);
    stream.end(body);
  });
}

/** Reads a whole body; `check` may refuse it at each chunk, by what it throws. */
function collect(request: IncomingMessage, check: (chunk: Buffer) => void): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const onData = (chunk: Buffer): void => {
      try {
        check(chunk);
        chunks.push(chunk);
      } catch (error) {
        // a stream that is iterated over would be destroyed here, and the answer with it
        request.removeListener('data', onData);
        request.pause();
        reject(toError(error));
      }
    };
    request.on('data', onData);
    request.on('end', () => resolve(Buffer.concat(chunks)));
    request.on('error', reject);
  });
}

/** Throws away what was not read of a body, up to a limit: a client that still sends might not see the answer. */
export function discard(request: IncomingMessage): Promise<void> {
  if (request.complete) return Promise.resolve();
  return new Promise((resolve) => {
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > MAX_DISCARDED_BYTES) request.destroy();
    });
    request.on('end', resolve);
    request.on('close', resolve);
    request.resume();
  });
}

/** The refusal of a request that may come again later. */
export function tooMany(why: string): RefusedError {
  return new RefusedError('tooMany', why, { 'retry-after': '1' });
}

function tooLarge(what: string, limit: number): RefusedError {
  return new RefusedError('tooLarge', `expected a ${what} of at most ${limit} bytes`);
}
