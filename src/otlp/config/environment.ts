import { diag } from '@opentelemetry/api';
import type { OtlpSignal } from './settings.js';

/** An environment. */
export type Env = Readonly<Record<string, string | undefined>>;

/** Hears of a variable whose value means nothing. */
export type WarnOf = (variable: string, what: string) => void;

/** The longest time that a timer takes: one with more ends at once. */
export const MAX_MILLIS = 2 ** 31 - 1;

/** Warns by OpenTelemetry's `diag`. */
export const warnByDiag: WarnOf = (_variable, what) => diag.warn(`rimp-telemetry: ${what}`);

/** Warns of each thing once, though several signals and parts read the same variable. */
export function onceEach(warn: WarnOf): WarnOf {
  const told = new Set<string>();
  return (variable, what) => {
    if (told.has(what)) return;
    told.add(what);
    warn(variable, what);
  };
}

/** How the value of a variable is read. */
export interface Reading<T> {
  /** As a warning says it: `"gzip" or "none"`. */
  readonly expected: string;
  /** The value; `undefined` if the text is wrong. */
  readonly parse: (text: string) => T | undefined;
  /** The text as a warning shows it; default: as it is. */
  readonly show?: (text: string) => string;
}

/** The first of some variables whose value is right; one that is wrong is warned of, and the next one counts. */
export function firstRight<T>(
  env: Env,
  variables: readonly string[],
  { expected, parse, show = (text) => text }: Reading<T>,
  warn: WarnOf,
): T | undefined {
  for (const variable of variables) {
    const text = textOf(env[variable]);
    if (text === undefined) continue;
    const value = parse(text);
    if (value !== undefined) return value;
    warn(variable, `${variable}: expected ${expected}, got "${show(text)}": it is ignored`);
  }
  return undefined;
}

/** `OTEL_EXPORTER_OTLP_<SIGNAL>_<NAME>`, then `OTEL_EXPORTER_OTLP_<NAME>`. */
export function otlpVariables(signal: OtlpSignal, name: string): readonly [string, string] {
  return [`OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_${name}`, `OTEL_EXPORTER_OTLP_${name}`];
}

/** The first of a signal's variables that is not empty, right or wrong. */
export function otlpVariable(env: Env, signal: OtlpSignal, name: string): string | undefined {
  const [own, general] = otlpVariables(signal, name);
  return textOf(env[own]) ?? textOf(env[general]);
}

/** Milliseconds of at least `least`; more than a timer takes counts as the most that it takes. */
export function millis(least: 0 | 1): Reading<number> {
  return {
    expected: `a number of milliseconds from ${least} to ${MAX_MILLIS}`,
    parse: (text) => {
      const value = Number(text);
      return Number.isFinite(value) && value >= least ? Math.min(value, MAX_MILLIS) : undefined;
    },
  };
}

/** A whole number of at least `least`. */
export function wholeNumber(least: 0 | 1): Reading<number> {
  return {
    expected: `a whole number of at least ${least}`,
    parse: (text) => {
      const value = Number(text);
      return Number.isSafeInteger(value) && value >= least ? value : undefined;
    },
  };
}

/** One of some words, in any case of letters. */
export function word<T extends string>(...words: readonly T[]): Reading<T> {
  return {
    expected: words.map((one) => `"${one}"`).join(' or '),
    parse: (text) => words.find((one) => one === text.toLowerCase()),
  };
}

/** The text of a variable; `undefined` if it is unset or empty. */
export function textOf(value: string | undefined): string | undefined {
  const text = value?.trim();
  return text === '' ? undefined : text;
}

/** The names in a variable that lists some, separated by commas. */
export function listOf(value: string | undefined): string[] {
  return (textOf(value) ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}
