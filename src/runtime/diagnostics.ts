import { toError } from '../model/errors.js';
import { type Clock, elapsed } from './clock.js';

/** The last thing that went wrong. */
export interface LastError {
  /** What kind of thing: `'sink'`, `'listener'`, … */
  readonly kind: string;
  /** What went wrong. */
  readonly message: string;
  /** When it happened. */
  readonly time: Date;
}

/** Where diagnostics go. */
export interface DiagnosticsOutput {
  /** Shows a warning to the logger that the application has set; `false` if it has set none. */
  warn(message: string): boolean;
  /** Shows a loss if there is no such logger. */
  alarm(message: string): void;
  /** Names the counters of what was lost since the last call; `undefined` if nothing was. */
  newLosses(): string | undefined;
}

/** When one of a kind was shown last. */
interface Shown {
  /** On the clock that nobody sets back. */
  readonly elapsed: number;
  /** On the clock that goes on while a machine sleeps, and that somebody may set. */
  readonly now: number;
  /** So many more came since, and were not shown. */
  more: number;
}

const SHOW_EVERY_MILLIS = 60_000;
/** Kinds that are kept apart, at most: names in them may come without end. */
const MAX_KINDS = 1_000;
const OTHER_KINDS = 'others';

/** Keeps the last error, and warns of each kind at most once a minute. */
export class Diagnostics {
  readonly #clock: Clock;
  readonly #output: DiagnosticsOutput;
  readonly #shown = new Map<string, Shown>();
  #last: LastError | undefined;

  constructor(clock: Clock, output: DiagnosticsOutput) {
    this.#clock = clock;
    this.#output = output;
  }

  get last(): LastError | undefined {
    return this.#last;
  }

  /**
   * Notes an error, and shows it unless one of its kind was shown within the last minute: as a warning to the logger of
   * the application, or, if it has set none, as an alarm if anything was lost.
   *
   * @param kind - what is shown at most once a minute, such as `sink:storage`.
   */
  report(kind: string, what: string, error?: unknown): void {
    try {
      const shownAs = this.#shown.has(kind) || this.#shown.size < MAX_KINDS ? kind : OTHER_KINDS;
      const cause = error === undefined ? '' : `: ${toError(error).message}`;
      const now = this.#clock.now();
      this.#last = { kind, message: `${what}${cause}`, time: new Date(now) };
      const shown = this.#shown.get(shownAs);
      const since = elapsed(this.#clock);
      if (shown !== undefined && isRecent(shown, since, now)) {
        shown.more += 1;
        return;
      }
      const more = shown !== undefined && shown.more > 0 ? ` (and ${shown.more} more like it since)` : '';
      if (this.#show(`${what}${cause}${more}`)) this.#shown.set(shownAs, { elapsed: since, now, more: 0 });
    } catch {
      // reporting an error must not raise one
    }
  }

  /** Whether anybody was shown anything. */
  #show(message: string): boolean {
    if (this.#output.warn(`rimp-telemetry: ${message}`)) return true;
    const losses = this.#output.newLosses();
    if (losses === undefined) return false;
    this.#output.alarm(`rimp-telemetry: ${losses}: ${message}`);
    return true;
  }
}

/** Whether less than a minute has passed by either clock: one stands still while the machine sleeps, one may be set. */
function isRecent(shown: Shown, since: number, now: number): boolean {
  return since - shown.elapsed < SHOW_EVERY_MILLIS && Math.abs(now - shown.now) < SHOW_EVERY_MILLIS;
}
