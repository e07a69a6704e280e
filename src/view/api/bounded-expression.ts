import { createContext, Script } from 'node:vm';
import { type MakeExpression, regularExpression } from '../../analysis/filter/where.js';
import { badRequest } from './api-error.js';
import { ExpressionBudget, stopwatch } from './expression-budget.js';

/**
 * How long one text may take, in milliseconds. It is tried again if the process had less than most of the first time
 * for itself: the machine was busy.
 */
const TIMEOUTS_MILLIS = [50, 100, 200, 400];
const MAX_MILLIS = 40;
/** Without one of these the time is in line with the length of a text. */
const CHOICES = /[*+?|{]/;

/**
 * Makes the regular expressions of one request, which somebody else sends. One that may take long, as it repeats
 * something or has a choice, is run with a deadline, so that one text can't hold the process, and all texts and
 * expressions of the request share a budget, so that many can't either. That costs some 50 µs a text.
 *
 * Their tests throw an ApiProblem 400 if a text takes too long, or all of them do.
 */
export function boundedExpressions(): MakeExpression {
  const budget = new ExpressionBudget();
  return (source, who) => boundedExpression(source, who, budget);
}

/** @throws TelemetryError `RIMP_INVALID_ARGUMENT` if it is no regular expression. */
function boundedExpression(source: string, who: string, budget: ExpressionBudget): Pick<RegExp, 'test'> {
  const form = regularExpression(source, who);
  if (!CHOICES.test(source)) return form;
  const script = new Script('form.test(text)');
  const scope = createContext({ form, text: '' });
  const run = (timeout: number): boolean | undefined => {
    try {
      return script.runInContext(scope, { timeout }) as boolean;
    } catch {
      return undefined;
    }
  };
  const problem = (what: string): Error =>
    badRequest(`the regular expression in ${who} takes too long${what}: ${source.slice(0, 200)}`);
  return {
    test(text) {
      scope.text = text;
      const taken = stopwatch();
      let found: boolean | undefined;
      for (const timeout of TIMEOUTS_MILLIS) {
        found = run(timeout);
        if (found !== undefined || taken() > MAX_MILLIS) break;
      }
      const hasBudget = budget.spend(taken(), text);
      if (found === undefined) throw problem('');
      if (!hasBudget) throw problem(' over many texts');
      return found;
    },
  };
}
