import { accessSync, constants } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { TelemetryError, toError } from '../model/errors.js';
import { showUrl } from '../model/show-url.js';
import { digestHex } from '../runtime/hex.js';
import { readPrivate, replacePrivate } from '../runtime/private-file.js';
import { targetOf } from '../storage/real-path.js';

/*
 * How far sources were delivered to an endpoint, as a file of JSON that only its user may read:
 *
 *     { "version": 2, "to": URL without credentials and query, "endpoint": digest of the URL without credentials,
 *       "sources": { NAME: { "cursor": where to go on, "items": so many were delivered, "upTo": the time of the last } } }
 *
 * It is replaced in one step. A cursor is noted when all before it was delivered or refused for good.
 */

/** How far a source was delivered. */
export interface Delivered {
  /** Where to go on: plain JSON. */
  readonly cursor: unknown;
  /** Items that were delivered, or refused for good, in this run and those before. */
  readonly items: number;
  /** The time of the last of them, as ISO text. */
  readonly upTo?: string | undefined;
}

interface Content {
  readonly version: 2;
  readonly to: string;
  readonly endpoint: string;
  readonly sources: Record<string, Delivered>;
}

/** See above. */
export class Checkpoint {
  readonly #path: string;
  #content: Content;
  /** The endpoint that it belonged to, if that is another one. */
  readonly other: string | undefined;
  /** Whether it was written by an earlier version, which is not understood. */
  readonly isOld: boolean = false;

  /**
   * @param path - of the file; `''`: none is kept.
   * @param url - of the endpoint: another one has nothing yet.
   * @param isReadOnly - whether it is only looked at.
   * @throws TelemetryError `RIMP_INVALID_ARGUMENT` if it is no checkpoint or a symbolic link, can't be read, or its
   * directory takes no files.
   */
  constructor(path: string, url: string, restart: boolean, isReadOnly: boolean) {
    this.#path = isReadOnly ? '' : path;
    if (path !== '') checkLink(path);
    // better now than when something is delivered already
    if (this.#path !== '') checkDirectory(this.#path);
    this.#content = { version: 2, to: showUrl(url), endpoint: digestOf(url), sources: {} };
    const there = path === '' || restart ? undefined : read(path);
    if (there === undefined) return;
    if (there.version !== 2) this.isOld = true;
    else if (there.endpoint === this.#content.endpoint) this.#content = there;
    else this.other = there.to;
  }

  /** How far a source was delivered by earlier runs. */
  of(source: string): Delivered | undefined {
    return this.#content.sources[source];
  }

  /** @throws TelemetryError `RIMP_INVALID_ARGUMENT` if the file can't be written. */
  write(sources: Iterable<readonly [source: string, delivered: Delivered]>): void {
    for (const [source, delivered] of sources) this.#content.sources[source] = delivered;
    if (this.#path === '') return;
    try {
      replacePrivate(this.#path, `${JSON.stringify(this.#content, undefined, 2)}\n`);
    } catch (error) {
      throw notWritable(this.#path, error);
    }
  }
}

/**
 * A link would be read and then replaced, so that what it leads to is never written. It is not followed, as whoever may
 * write to its directory could lead it to any file; links on the way to that directory are the user's own.
 */
function checkLink(path: string): void {
  const target = targetOf(path);
  if (target === path) return;
  throw new TelemetryError(
    'RIMP_INVALID_ARGUMENT',
    `ship: expected the checkpoint ${path} to be a file of its own, it is a symbolic link to ${target}, which is not followed; name that file with --checkpoint, or remove the link`,
  );
}

function checkDirectory(path: string): void {
  try {
    // with a slash at its end: a file in its place is refused too
    accessSync(`${dirname(resolve(path))}/`, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw notWritable(path, error);
  }
}

function notWritable(path: string, error: unknown): TelemetryError {
  const message = `ship: expected the checkpoint ${path} to be a file that can be written, see --checkpoint: ${toError(error).message}`;
  return new TelemetryError('RIMP_INVALID_ARGUMENT', message, { cause: error });
}

/** Distinguishes endpoints, also those that differ in their query only; a password in the URL is no part of it. */
function digestOf(url: string): string {
  let text = url;
  try {
    const parsed = new URL(url);
    parsed.username = '';
    parsed.password = '';
    text = parsed.href;
  } catch {
    // then it is taken as it is
  }
  return digestHex(text, 16);
}

function read(path: string): Content | { readonly version: 1 } | undefined {
  let bytes: Buffer | undefined;
  try {
    bytes = readPrivate(path);
  } catch (error) {
    const message = `ship: expected the checkpoint ${path} to be a file that can be read: ${toError(error).message}`;
    throw new TelemetryError('RIMP_INVALID_ARGUMENT', message, { cause: error });
  }
  if (bytes === undefined) return undefined;
  try {
    const content = JSON.parse(bytes.toString('utf8')) as Partial<Content | { version: 1; sources: unknown }> | null;
    if (content?.version === 1) return { version: 1 };
    if (content?.version === 2 && isSources(content.sources)) return content as Content;
  } catch {
    // said below
  }
  throw new TelemetryError(
    'RIMP_INVALID_ARGUMENT',
    `ship: expected ${path} to be a checkpoint, it is something else; name another with --checkpoint, or remove it`,
  );
}

function isSources(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((one: Partial<Delivered> | null) => Number.isSafeInteger(one?.items));
}
