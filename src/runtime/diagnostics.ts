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
  /** Whether there is such a logger. */
  isHeard(): boolean;
  /** Shows a loss if there is no such logger. */
  alarm(message: string): void;
  /** Says how much these counters count that was not said so far; `undefined` if nothing. */
  takeLosses(counters: readonly string[]): string | undefined;
  /** Says what all other counters count that was not said so far, each with its reason. */
  takeOthers(reasonOf: (counter: string) => string | undefined): readonly string[];
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
/** Losses that were reported within the last minute, and are shown when something else is reported. */
const LATER = 'later losses';
const NOTHING: readonly string[] = [];

/** Keeps the last error, and warns of each kind at most once a minute. */
export class Diagnostics {
  readonly #clock: Clock;
  readonly #output: DiagnosticsOutput;
  readonly #shown = new Map<string, Shown>();
  /** The last reason for what each counter of losses counts. */
  readonly #reasons = new Map<string, string>();
  #last: LastError | undefined;

  constructor(clock: Clock, output: DiagnosticsOutput) {
    this.#clock = clock;
    this.#output = output;
  }

  get last(): LastError | undefined {
    return this.#last;
  }

  /** Why a counter of losses counts what it does: the last that was reported with it. */
  reasonOf(counter: string): string | undefined {
    return this.#reasons.get(counter);
  }

  /**
   * Notes an error, and shows it unless one of its kind was shown within the last minute: as a warning to the logger of
   * the application, or, if it has set none, as an alarm if anything was lost because of it. What else was lost and not
   * shown so far is shown along, each loss with the reason that was reported for it.
   *
   * @param kind - what is shown at most once a minute, such as `sink:storage`.
   * @param counters - in `health()`, of what is lost because of the error: it is counted by now.
   */
  report(kind: string, what: string, error?: unknown, counters: readonly string[] = NOTHING): void {
    try {
      const shownAs = this.#shown.has(kind) || this.#shown.size < MAX_KINDS ? kind : OTHER_KINDS;
      const cause = error === undefined ? '' : `: ${toError(error).message}`;
      const now = this.#clock.now();
      this.#last = { kind, message: `${what}${cause}`, time: new Date(now) };
      for (const counter of counters) this.#remember(counter, this.#last.message);
      const shown = this.#shown.get(shownAs);
      const since = elapsed(this.#clock);
      if (shown !== undefined && isRecent(shown, since, now)) {
        shown.more += 1;
        return;
      }
      const more = shown !== undefined && shown.more > 0 ? ` (and ${shown.more} more like it since)` : '';
      if (this.#show(`${what}${cause}${more}`, counters)) this.#shown.set(shownAs, { elapsed: since, now, more: 0 });
    } catch {
      // reporting an error must not raise one
    }
  }

  /** Shows what was lost and not shown so far, as an end is reached after which nothing is reported. */
  showLosses(): void {
    try {
      if (!this.#output.isHeard()) this.#showOthers(false);
    } catch {
      // as above
    }
  }

  #remember(counter: string, reason: string): void {
    if (this.#reasons.has(counter) || this.#reasons.size < MAX_KINDS) this.#reasons.set(counter, reason);
  }

  /** Whether anybody was shown the message. */
  #show(message: string, counters: readonly string[]): boolean {
    if (this.#output.warn(`rimp-telemetry: ${message}`)) {
      // they are said: nothing shows them again once that logger is gone
      if (counters.length > 0) this.#output.takeLosses(counters);
      return true;
    }
    const losses = this.#output.takeLosses(counters);
    if (losses === undefined) {
      this.#showOthers(true);
      return false;
    }
    this.#output.alarm(`rimp-telemetry: ${losses}: ${message}`);
    this.#showOthers(false);
    return true;
  }

  /** Shows losses that were not shown when they were reported. */
  #showOthers(isSeldom: boolean): void {
    const now = this.#clock.now();
    const since = elapsed(this.#clock);
    const shown = this.#shown.get(LATER);
    if (isSeldom && shown !== undefined && isRecent(shown, since, now)) return;
    const others = this.#output.takeOthers((counter) => this.#reasons.get(counter));
    for (const losses of others) this.#output.alarm(`rimp-telemetry: ${losses}`);
    if (others.length > 0) this.#shown.set(LATER, { elapsed: since, now, more: 0 });
  }
}

/** Whether less than a minute has passed by either clock: one stands still while the machine sleeps, one may be set. */
function isRecent(shown: Shown, since: number, now: number): boolean {
  return since - shown.elapsed < SHOW_EVERY_MILLIS && Math.abs(now - shown.now) < SHOW_EVERY_MILLIS;
}
