import type { ItemSource } from '../source/source.js';
import type { Parameters } from './parameters.js';
import type { Report } from './report.js';

/** What a call of a tool is given. */
export interface Call {
  /** The arguments, checked. */
  readonly given: Readonly<Record<string, unknown>>;
  /** The present, which relative times count from. */
  readonly now: Date;
  /** Is aborted when the caller went away, or the time for an answer is over. */
  readonly signal: AbortSignal;
  /** Opens a recording that was named on the command line; by default all of them, merged by time. */
  open(name?: string): Promise<ItemSource>;
}

/** Something that a coding agent may ask. */
export interface Tool {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly parameters: Parameters;
  /** Where long values are cut, if that is not by default. */
  readonly maxCharacters?: (given: Call['given']) => number | undefined;
  run(call: Call): Promise<Report>;
}
