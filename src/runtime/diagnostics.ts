import { toError } from '../model/errors.js';
import type { Clock } from './clock.js';

/** The last thing that went wrong. */
export interface LastError {
  /** What kind of thing: `'sink'`, `'listener'`, … */
  readonly kind: string;
  readonly message: string;
  readonly time: Date;
}

const TELL_EVERY_MILLIS = 60_000;

/** Keeps the last error, and tells of each kind at most once a minute. */
export class Diagnostics {
  readonly #clock: Clock;
  readonly #tell: (message: string) => void;
  readonly #told = new Map<string, { at: number; unsaid: number }>();
  #last: LastError | undefined;

  /** @param tell - gets each message that is to be told; OpenTelemetry's `diag.warn`. */
  constructor(clock: Clock, tell: (message: string) => void) {
    this.#clock = clock;
    this.#tell = tell;
  }

  get last(): LastError | undefined {
    return this.#last;
  }

  /**
   * Notes an error, and tells it unless one of its kind was told within the last minute.
   *
   * @param kind - what happens at most once a minute, such as `sink:storage`.
   */
  report(kind: string, what: string, error?: unknown): void {
    try {
      const cause = error === undefined ? '' : `: ${toError(error).message}`;
      const now = this.#clock.now();
      this.#last = { kind, message: `${what}${cause}`, time: new Date(now) };
      const told = this.#told.get(kind);
      if (told !== undefined && now - told.at < TELL_EVERY_MILLIS) {
        told.unsaid += 1;
        return;
      }
      const unsaid = told !== undefined && told.unsaid > 0 ? ` (and ${told.unsaid} more like it since)` : '';
      this.#told.set(kind, { at: now, unsaid: 0 });
      this.#tell(`rimp-telemetry: ${what}${cause}${unsaid}`);
    } catch {
      // reporting an error must not raise one
    }
  }
}
