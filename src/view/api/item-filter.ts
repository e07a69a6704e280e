import { nameTest } from '../../analysis/filter/name-test.js';
import { SEVERITY_WORDS, severityFromWord } from '../../analysis/filter/severity-word.js';
import { type MakeExpression, type Test, whereTest } from '../../analysis/filter/where.js';
import { patternTest } from '../../analysis/pattern-test.js';
import { parseTimeExpression } from '../../analysis/time-expression.js';
import { decodeMap } from '../../codec/json-line-decode.js';
import type { AnyValueMap } from '../../model/any-value.js';
import { TelemetryError } from '../../model/errors.js';
import { eventTypeFromWord } from '../../model/event-type.js';
import { isEvent } from '../../model/item.js';
import type { Tags } from '../../model/metric.js';
import { type ItemKind, resolveQuery, type TelemetryQuery } from '../../model/query.js';
import { matcherOf } from '../../storage/query-match.js';
import { ApiProblem, badRequest } from './api-error.js';
import { boundedExpressions } from './bounded-expression.js';
import type { Parameters } from './parameters.js';

/** The names of {@link filterOf}'s parameters. */
export const FILTER_NAMES = [
  'startTime',
  'endTime',
  'eventTypes',
  'minSeverity',
  'source',
  'service',
  'text',
  'traceId',
  'name',
  'where',
  'pattern',
  'spans',
  'metadata',
  'tags',
] as const;

/** Each is looked at for each item. */
const MAX_CONDITIONS = 32;

/** Which items are asked for. */
export interface ItemFilter {
  /** The part that storages know. */
  readonly query: TelemetryQuery;
  /** The rest; `undefined` if there is none. */
  readonly rest: Test | undefined;
  /** All of it. */
  readonly matches: Test;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/**
 * Reads a filter.
 *
 * @param now - what expressions of time count from.
 * @throws ApiProblem 400, or TelemetryError `RIMP_INVALID_ARGUMENT`, that names the parameter which is wrong.
 */
export function filterOf(given: Parameters, kinds: readonly ItemKind[], now: Date): ItemFilter {
  const tests: Test[] = [];
  const query: Writable<TelemetryQuery> = { kinds };
  for (const name of ['startTime', 'endTime'] as const) {
    const text = given.text(name);
    if (text !== undefined) query[name] = parseTimeExpression(text, now, { utc: true, who: name });
  }
  const types = given.text('eventTypes');
  if (types !== undefined) query.eventTypes = types.split(',').map(eventType);
  const severity = given.text('minSeverity');
  if (severity !== undefined) query.minSeverity = severityOf(severity);
  for (const name of ['text', 'traceId'] as const) {
    const text = given.text(name);
    if (text !== undefined) query[name] = text;
  }
  const source = given.text('source');
  if (source?.includes('*') === true) {
    const test = nameTest([source]);
    tests.push((item) => isEvent(item) && test(item.source));
  } else if (source !== undefined) query.source = source;
  const name = given.text('name');
  if (name?.includes('*') === true) {
    const test = nameTest([name]);
    tests.push((item) => !isEvent(item) && test(item.name));
  } else if (name !== undefined) query.name = name;
  const metadata = given.text('metadata');
  if (metadata !== undefined) query.metadata = mapOf('metadata', metadata);
  const tags = given.text('tags');
  if (tags !== undefined) query.tags = mapOf('tags', tags) as Tags;
  const service = given.text('service');
  if (service !== undefined) {
    const test = nameTest([service]);
    tests.push(({ otel }) => {
      const value = otel?.resource?.['service.name'];
      return typeof value === 'string' && test(value);
    });
  }
  const pattern = given.text('pattern');
  if (pattern !== undefined) {
    const test = patternTest(pattern);
    tests.push((item) => isEvent(item) && test(item.message));
  }
  const spans = given.word('spans', ['exclude', 'only']);
  if (spans !== undefined) {
    const wanted = spans === 'only';
    tests.push((item) => isEvent(item) && (item.otel?.span !== undefined) === wanted);
  }
  const conditions = given.all('where');
  if (conditions.length > MAX_CONDITIONS)
    throw badRequest(`expected at most ${MAX_CONDITIONS} of "where", got ${conditions.length}`);
  const expressionOf = boundedExpressions();
  for (const text of conditions) tests.push(conditionOf(text, expressionOf));
  return { query, ...testsOf(query, tests) };
}

function testsOf(query: TelemetryQuery, tests: readonly Test[]): Pick<ItemFilter, 'rest' | 'matches'> {
  const isOfQuery = matcherOf(resolveQuery(query, 'filter'));
  const rest: Test = (item) => {
    try {
      return tests.every((test) => test(item));
    } catch (error) {
      if (error instanceof ApiProblem) throw error;
      // an item that somebody made by hand may hold anything
      return false;
    }
  };
  return tests.length === 0
    ? { rest: undefined, matches: isOfQuery }
    : { rest, matches: (item) => isOfQuery(item) && rest(item) };
}

/** The test of an expression of `where`, whose problems say which of several it is. */
function conditionOf(text: string, expressionOf: MakeExpression): Test {
  const told = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      if (error instanceof ApiProblem || error instanceof TelemetryError) throw badRequest(error.message, text);
      throw error;
    }
  };
  const test = told(() => whereTest(text, '"where"', expressionOf));
  return (item) => told(() => test(item));
}

function eventType(word: string): NonNullable<ReturnType<typeof eventTypeFromWord>> {
  const type = eventTypeFromWord(word);
  if (type !== undefined) return type;
  throw badRequest(`expected "eventTypes" to be of info, warning, error and debug, got "${word.slice(0, 40)}"`);
}

function severityOf(text: string): number {
  const number = severityFromWord(text);
  if (number !== undefined) return number;
  throw badRequest(`expected "minSeverity" to be ${SEVERITY_WORDS}, got "${text.slice(0, 40)}"`);
}

function mapOf(name: string, json: string): AnyValueMap {
  try {
    if (json.trimStart().startsWith('{')) return decodeMap(json);
  } catch {
    // no JSON
  }
  throw badRequest(`expected "${name}" to be an object of JSON, got ${json.slice(0, 100)}`);
}
