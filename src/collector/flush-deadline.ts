import { toError } from '../model/errors.js';
import { checkOptions, type Rules } from '../model/options.js';
import { deadlineOf } from '../runtime/deadline.js';
import type { Diagnostics } from '../runtime/diagnostics.js';

/** What a flush and a shutdown take. */
export interface FlushOptions {
  /** How long it may take, in milliseconds; default 30,000. */
  readonly timeoutMillis?: number | undefined;
}

const RULES: Readonly<Record<keyof FlushOptions, Rules[string]>> = {
  timeoutMillis: {
    isRight: (value) => typeof value === 'number' && value >= 0,
    expected: 'a number of milliseconds, 0 or more',
  },
};

/** The moment by which a call must be over. It never throws: what is wrong with its options is a warning. */
export function flushDeadline(call: string, options: FlushOptions | undefined, diagnostics: Diagnostics): number {
  try {
    if (options !== undefined) checkOptions(call, options, RULES);
  } catch (error) {
    diagnostics.report('invalid_argument', `${toError(error).message}: the default is taken, 30,000 ms`);
  }
  return deadlineOf(options);
}
