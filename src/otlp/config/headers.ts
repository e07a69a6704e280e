import { show } from '../../model/errors.js';
import { type Env, otlpVariables, textOf, type WarnOf } from './environment.js';
import type { OtlpSignal } from './settings.js';

/** A field name (RFC 9110, section 5.1): a token. */
const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** A field value (RFC 9110, section 5.5) as Node.js takes it. */
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
/** A pair of a name and a value, which may be empty. */
const PAIR = /^\s*[^=\s][^=]*=/;

/** What is wrong with a header, as an error says it; `undefined` if it is right. Its value is not shown: it may be a secret. */
export function headerProblem(name: string, value: unknown): string | undefined {
  if (!NAME.test(name)) return `expected the name of a header, such as "x-api-key", got ${show(name)}`;
  if (typeof value !== 'string') return `expected the header "${name}" to be a string, got ${typeof value}`;
  if (!VALUE.test(value)) return `expected the header "${name}" to be one line of Latin characters`;
  return undefined;
}

/** Headers as `OTEL_EXPORTER_OTLP_HEADERS` has them: `name=value` pairs, separated by commas, values URL-encoded. */
export function parseHeaders(text: string): Record<string, string> {
  return pairsIn(text).headers;
}

/** The headers that the environment names for a signal: those for all, and the signal's own, which count before them. */
export function headersOf(signal: OtlpSignal, env: Env, warn: WarnOf): Record<string, string> {
  const [own, general] = otlpVariables(signal, 'HEADERS');
  return { ...headersIn(env, general, warn), ...headersIn(env, own, warn) };
}

/** Headers by name in lower case, so that one takes the place of another however it is written. */
export function byLowerCase(headers: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

function headersIn(env: Env, variable: string, warn: WarnOf): Record<string, string> {
  const right: [string, string][] = [];
  const { headers, hasOthers } = pairsIn(textOf(env[variable]) ?? '');
  // what is wrong is not shown: it may be a part of a secret
  if (hasOthers)
    warn(
      variable,
      `${variable}: expected NAME=VALUE pairs, a comma in a value as %2C, got a part that is none: it is ignored`,
    );
  for (const [name, value] of Object.entries(headers)) {
    const problem = headerProblem(name, value);
    if (problem === undefined) right.push([name, value]);
    else warn(variable, `${variable}: ${problem}: it is ignored`);
  }
  return byLowerCase(Object.fromEntries(right));
}

/** The pairs of a text, and whether it has parts that are none. */
function pairsIn(text: string): { readonly headers: Record<string, string>; readonly hasOthers: boolean } {
  const parts = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  const pairs = parts.filter((part) => PAIR.test(part));
  const headers = pairs.map((pair) => {
    const equals = pair.indexOf('=');
    return [pair.slice(0, equals).trim(), decode(pair.slice(equals + 1).trim())] as const;
  });
  return { headers: Object.fromEntries(headers), hasOthers: pairs.length < parts.length };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
