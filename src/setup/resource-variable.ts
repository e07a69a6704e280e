import { type Env, listOf } from '../otlp/config/environment.js';

const VARIABLE = 'OTEL_RESOURCE_ATTRIBUTES';
/** Characters that OpenTelemetry's detector takes of a name or a value. */
const MAX_CHARACTERS = 255;

/**
 * Looks whether OpenTelemetry's detector can read the attributes of the resource in the environment: it discards all of
 * them, or what it can't read, without a word.
 *
 * @param warn - is called with what is wrong.
 */
export function checkResourceVariable(env: Env, warn: (what: string) => void): void {
  if (listOf(env[VARIABLE]).every(isPair)) return;
  warn(
    `${VARIABLE}: expected NAME=VALUE pairs of at most ${MAX_CHARACTERS} characters, with a comma, "=" and "%" in them as ` +
      '%2C, %3D and %25, got a part that is none: OpenTelemetry ignores it, or all of the variable',
  );
}

function isPair(text: string): boolean {
  const parts = text.split('=').map(decoded);
  const [name = '', value = ''] = parts;
  const fits = name.length <= MAX_CHARACTERS && value.length <= MAX_CHARACTERS;
  return parts.length === 2 && !parts.includes(undefined) && name !== '' && fits;
}

/** `undefined` if it can't be decoded. */
function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text.trim());
  } catch {
    return undefined;
  }
}
