import { show, TelemetryError } from '../../model/errors.js';
import { BOOLEAN, checkOptions, oneOf, type Rule, TEXT } from '../../model/options.js';

/** The instrument kinds that a policy may choose. */
export type InstrumentKind = 'gauge' | 'histogram' | 'counter' | 'updowncounter';

/** One rule of a policy: which OpenTelemetry instrument the metrics with a matching name are recorded on. */
export interface InstrumentRule {
  /** A metric's name, or a glob in which `*` stands for any text and `?` for one character; case-insensitive. */
  readonly match: string;
  /**
   * Which instrument records it. Default: `'histogram'` for a unit of time, else `'gauge'`. A `'counter'` adds each
   * value, so that the values have to be increments.
   */
  readonly kind?: InstrumentKind;
  /** Unit in UCUM; default: from the metric's own unit. */
  readonly unit?: string;
  /** Upper bounds of the buckets of a histogram, ascending. */
  readonly buckets?: readonly number[];
  /** Tags that do not reach OpenTelemetry; RIMP keeps them. */
  readonly dropTags?: readonly string[];
  /**
   * For gauges: whether each value is recorded at once on a synchronous gauge, with exemplars, at a higher cost a call.
   * Default `false`: the last value of each series is kept, and observed when a reader collects.
   */
  readonly synchronous?: boolean;
}

const RULES: Readonly<Record<keyof InstrumentRule, Rule>> = {
  match: TEXT,
  kind: oneOf('gauge', 'histogram', 'counter', 'updowncounter'),
  unit: { isRight: (value) => typeof value === 'string', expected: 'a string' },
  buckets: {
    isRight: (value) =>
      Array.isArray(value) &&
      value.every((bound, at, all) => Number.isFinite(bound) && (at === 0 || bound > (all[at - 1] as number))),
    expected: 'ascending finite numbers',
  },
  dropTags: {
    isRight: (value) => Array.isArray(value) && value.every((tag) => typeof tag === 'string'),
    expected: 'a list of strings',
  },
  synchronous: BOOLEAN,
};

/** A policy ready for use: gives the first rule that matches a name. */
export type InstrumentPolicy = (name: string) => InstrumentRule | undefined;

/** @throws TelemetryError `RIMP_INVALID_ARGUMENT` if a rule is wrong. */
export function instrumentPolicy(rules: readonly InstrumentRule[] = []): InstrumentPolicy {
  if (!Array.isArray(rules)) throw wrong('to be an array of rules', rules);
  const compiled = rules.map((rule: InstrumentRule, i) => {
    checkOptions('TelemetryCollector', rule, RULES, `instruments[${i}].`);
    if (rule.match === undefined) throw wrong(`[${i}].match to be a non-empty string`, rule.match);
    return { rule, pattern: globPattern(rule.match) };
  });
  return (name) => compiled.find(({ pattern }) => pattern.test(name))?.rule;
}

function globPattern(glob: string): RegExp {
  const source = glob
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*+/g, '.*')
    .replace(/\?/g, '.');
  return new RegExp(`^${source}$`, 'is');
}

function wrong(expected: string, value: unknown): TelemetryError {
  return new TelemetryError(
    'RIMP_INVALID_ARGUMENT',
    `TelemetryCollector: expected "instruments" ${expected}, got ${show(value)}`,
  );
}
