import { createContext, Script } from 'node:vm';
import { regularExpression } from '../../analysis/filter/where.js';
import { badRequest } from './api-error.js';

/** How long one text may take; what takes longer is tried once more, as a busy machine makes any text take long. */
const TIMEOUTS_MILLIS = [50, 250];
/** Texts that take longer are added up, in milliseconds. */
const SLOW_MILLIS = 1;
/** So long may they take together, and such a part of the time that passes meanwhile. */
const BUDGET_MILLIS = 1_000;
const BUDGET_PART = 0.1;
/** Without one of these the time is in line with the length of a text. */
const CHOICES = /[*+?|{]/;

/**
 * A regular expression that somebody sends: if it may take long, as it repeats something or has a choice, it is run with
 * a deadline, so that one text can't hold the process, and many texts can't either. That costs some 50 µs a text.
 *
 * Its test throws an ApiProblem 400 if a text takes too long, or all of them do.
 *
 * @throws TelemetryError `RIMP_INVALID_ARGUMENT` if it is none.
 */
export function boundedExpression(source: string, who: string): Pick<RegExp, 'test'> {
  const form = regularExpression(source, who);
  if (!CHOICES.test(source)) return form;
  const script = new Script('form.test(text)');
  const scope = createContext({ form, text: '' });
  const run = (): boolean | undefined => {
    for (const timeout of TIMEOUTS_MILLIS) {
      try {
        return script.runInContext(scope, { timeout }) as boolean;
      } catch {
        // the next one
      }
    }
    return undefined;
  };
  let spent = 0;
  let last = 0;
  return {
    test(text) {
      const begun = performance.now();
      scope.text = text;
      const isFound = run();
      const now = performance.now();
      if (now - begun > SLOW_MILLIS) {
        spent = Math.max(0, spent - (begun - last) * BUDGET_PART) + now - begun;
        last = now;
      }
      if (isFound !== undefined && spent <= BUDGET_MILLIS) return isFound;
      throw badRequest(`the regular expression in "${who}" takes too long: ${source.slice(0, 200)}`);
    },
  };
}
