import type { AnyValue } from '../../model/any-value.js';
import { TelemetryError } from '../../model/errors.js';
import { eventTypeFromWord } from '../../model/event-type.js';
import type { TelemetryItem } from '../../model/item.js';
import { fieldOf, textOf } from './fields.js';

/** Whether an item is asked for. */
export type Test = (item: TelemetryItem) => boolean;

/** Makes what tests a text by a regular expression. */
export type MakeExpression = (source: string, flag: string, ignoreCase?: boolean) => Pick<RegExp, 'test'>;

const FORM = /^\s*([^\s=!<>~]+)\s*(==|=|!=|>=|<=|>|<|!~|~)\s*(.*?)\s*$/s;
/** A value, without quotes, that goes on as a further condition. */
const JOINED = /^[^\s"']+\s+(?:and|or|&&|\|\|)\s+[^\s=!<>~]+\s*[=!<>~]/i;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/**
 * The test that an expression stands for: `duration_ms > 100`, `type = error`, `message ~ "time.?out"`, `user` (is
 * there), `!user` (is not). A comparison with a field that is not there is false.
 *
 * @param expressionOf - makes the regular expressions of `~` and `!~`.
 * @throws TelemetryError `RIMP_INVALID_ARGUMENT` if it is none.
 */
export function whereTest(text: string, flag: string, expressionOf: MakeExpression = regularExpression): Test {
  const presence = /^\s*(!?)\s*([^\s=!<>~]+)\s*$/.exec(text);
  if (presence !== null) {
    const field = fieldOf(presence[2] as string);
    const wanted = presence[1] === '';
    return (item) => (field(item) !== undefined) === wanted;
  }
  const [, path = '', operator = '', given = ''] = FORM.exec(text) ?? [];
  if (path === '')
    throw wrong(`expected ${flag} to be FIELD OPERATOR VALUE such as 'duration_ms > 100', got "${text}"`);
  if (JOINED.test(given))
    throw wrong(
      `expected ${flag} to be one condition, got "${text}": give each as a ${flag} of its own, all must be true; a value with such words stands in quotes`,
    );
  return comparison(path, operator, unquoted(given), flag, expressionOf);
}

/** A test, and how it was written. */
export interface NamedTest {
  readonly text: string;
  readonly test: Test;
}

/** The same as {@link whereTest}, with its text. */
export function whereExpression(text: string, flag: string): NamedTest {
  return { text: text.trim(), test: whereTest(text, flag) };
}

/** The test that a field has a value, as text or number. */
export function equals(path: string, value: string): Test {
  return comparison(path, '=', value, path, regularExpression);
}

function comparison(path: string, operator: string, wanted: string, flag: string, expressionOf: MakeExpression): Test {
  const field = fieldOf(path);
  const test = valueTest(
    operator,
    path === 'type' ? (eventTypeFromWord(wanted) ?? wanted) : wanted,
    flag,
    expressionOf,
  );
  return (item) => {
    const value = field(item);
    return value !== undefined && test(value);
  };
}

function valueTest(
  operator: string,
  wanted: string,
  flag: string,
  expressionOf: MakeExpression,
): (value: AnyValue) => boolean {
  if (operator.endsWith('~')) {
    const form = expressionOf(wanted, flag);
    return (value) => form.test(textOf(value)) === (operator === '~');
  }
  const number = NUMBER.test(wanted) ? Number(wanted) : undefined;
  const time = number === undefined ? Date.parse(wanted) : Number.NaN;
  const order = (value: AnyValue): number => {
    const text = textOf(value);
    if (number !== undefined && NUMBER.test(text)) return Math.sign(Number(text) - number);
    // times are written in more than one form
    const millis = Number.isNaN(time) ? Number.NaN : Date.parse(text);
    if (!Number.isNaN(millis)) return Math.sign(millis - time);
    if (text === wanted) return 0;
    return number !== undefined ? Number.NaN : text < wanted ? -1 : 1;
  };
  switch (operator) {
    case '!=':
      return (value) => order(value) !== 0;
    case '>':
      return (value) => order(value) > 0;
    case '>=':
      return (value) => order(value) >= 0;
    case '<':
      return (value) => order(value) < 0;
    case '<=':
      return (value) => order(value) <= 0;
    default:
      return (value) => order(value) === 0;
  }
}

/** @throws TelemetryError `RIMP_INVALID_ARGUMENT` if the text is no regular expression. */
export function regularExpression(text: string, flag: string, ignoresCase = false): RegExp {
  try {
    return new RegExp(text, ignoresCase ? 'iu' : 'u');
  } catch {
    try {
      return new RegExp(text, ignoresCase ? 'i' : '');
    } catch (error) {
      throw wrong(`expected ${flag} to be a regular expression: ${(error as Error).message}`);
    }
  }
}

function unquoted(text: string): string {
  return /^(["']).*\1$/s.test(text) && text.length > 1 ? text.slice(1, -1) : text;
}

function wrong(message: string): TelemetryError {
  return new TelemetryError('RIMP_INVALID_ARGUMENT', message);
}
