import type { IncomingMessage } from 'node:http';
import { createGunzip, createInflate, type Gunzip, type Inflate } from 'node:zlib';
import { toError } from '../model/errors.js';
import type { Encoding } from './admission.js';
import { RefusedError, tooLarge, tooMany } from './responses.js';

/** How large a request may be. */
export interface BodyLimits {
  /** As it is sent. */
  readonly maxBodyBytes: number;
  /** After decompression. */
  readonly maxDecompressedBytes: number;
  /** Of all requests that are being read, together. */
  readonly maxInFlightBytes: number;
}

/**
 * Counts more memory for a request, beside its body.
 *
 * @throws RefusedError if others need too much of it meanwhile; a request alone may have as much as it needs.
 */
export type Hold = (bytes: number) => void;

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
   * @throws RefusedError if it is too large, or too much is in memory.
   */
  async read<T>(
    request: IncomingMessage,
    encoding: Encoding,
    use: (body: Uint8Array, hold: Hold) => Promise<T>,
  ): Promise<T> {
    const { maxBodyBytes, maxInFlightBytes } = this.#limits;
    let held = 0;
    const take = (bytes: number): void => {
      held += bytes;
      this.#inFlight += bytes;
      if (this.#inFlight > maxInFlightBytes) throw tooMany('too many requests at a time');
    };
    const hold: Hold = (bytes) => {
      held += bytes;
      this.#inFlight += bytes;
      if (this.#inFlight > maxInFlightBytes && this.#inFlight > held) throw tooMany('too many requests at a time');
    };
    try {
      const announced = Number(request.headers['content-length'] ?? 0);
      if (this.#inFlight + announced > maxInFlightBytes) throw tooMany('too many requests at a time');
      const raw = await collect(request, (chunk) => {
        take(chunk.length);
        if (held > maxBodyBytes) throw tooLarge('body', maxBodyBytes);
      });
      return await use(await this.#decompress(raw, encoding, take), hold);
    } finally {
      this.#inFlight -= held;
    }
  }

  async #decompress(body: Buffer, encoding: Encoding, take: Hold): Promise<Buffer> {
    const { maxDecompressedBytes } = this.#limits;
    if (encoding === 'identity') {
      if (body.length > maxDecompressedBytes) throw tooLarge('body', maxDecompressedBytes);
      return body;
    }
    try {
      return await inflated(body, encoding === 'gzip' ? createGunzip() : createInflate(), (size, chunk) => {
        if (size > maxDecompressedBytes) throw tooLarge('decompressed body', maxDecompressedBytes);
        take(chunk);
      });
    } catch (error) {
      if (error instanceof RefusedError) throw error;
      throw new RefusedError('badRequest', `expected a body in ${encoding}: ${toError(error).message}`);
    }
  }
}

/** Inflates a body; `check` is called with each chunk, and may refuse it by what it throws. */
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
    // stays for the stream's whole life: what comes after the first error is of no interest, but must not be unheard
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
    request.on('close', () => reject(new Error('the sender went away')));
  });
}

/** Throws away what was not read of a body, up to a limit: a client that still sends might not see the answer. */
export function discard(request: IncomingMessage): Promise<void> {
  if (request.complete || request.destroyed) return Promise.resolve();
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
