import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { TelemetryError, toError } from '../model/errors.js';

interface Content {
  readonly version: 1;
  /** The endpoint: another one has nothing yet. */
  readonly to: string;
  readonly places: Record<string, unknown>;
}

/** How far sources were delivered to an endpoint, in a file. */
export class Checkpoint {
  readonly #path: string;
  #content: Content;
  /** The endpoint that it belonged to, where that is another one. */
  readonly other: string | undefined;

  /**
   * @param path - of the file; `''`: none is kept.
   * @param isReadOnly - whether it is only looked at.
   * @throws TelemetryError `RIMP_INVALID_ARGUMENT` where it is none of a checkpoint.
   */
  constructor(path: string, to: string, restart: boolean, isReadOnly: boolean) {
    this.#path = isReadOnly ? '' : path;
    this.#content = { version: 1, to, places: {} };
    const there = path === '' || restart ? undefined : read(path);
    if (there?.to === to) this.#content = there;
    else if (there !== undefined) this.other = there.to;
  }

  place(source: string): unknown {
    return this.#content.places[source];
  }

  /** @throws TelemetryError `RIMP_INVALID_ARGUMENT` where the file can't be written. */
  write(places: Iterable<readonly [source: string, place: unknown]>): void {
    for (const [source, place] of places) this.#content.places[source] = place;
    if (this.#path === '') return;
    try {
      const aside = `${this.#path}.${process.pid}.tmp`;
      writeFileSync(aside, `${JSON.stringify(this.#content, undefined, 2)}\n`);
      renameSync(aside, this.#path);
    } catch (error) {
      const message = `ship: expected the checkpoint ${this.#path} to be a file that can be written: ${toError(error).message}`;
      throw new TelemetryError('RIMP_INVALID_ARGUMENT', message);
    }
  }
}

function read(path: string): Content | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const content = JSON.parse(text) as Partial<Content> | null;
    if (content?.version === 1 && typeof content.to === 'string' && typeof content.places === 'object')
      return content as Content;
  } catch {
    // told below
  }
  throw new TelemetryError(
    'RIMP_INVALID_ARGUMENT',
    `ship: expected ${path} to be a checkpoint, it is something else; name another with --checkpoint, or remove it`,
  );
}
