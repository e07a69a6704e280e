import { show, TelemetryError } from '../model/errors.js';

/** Tokens outside which nothing of interest occurs: strings whole, so that their contents are left alone. */
const TOKENS = /"[^"\\]*(?:\\.[^"\\]*)*"|-?Infinity|NaN|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/**
 * The JSON of a line, as Python writes it too: a bare NaN or infinity becomes text, and so does an integer that a number
 * does not hold exactly.
 *
 * @param isPlain - whether the line is known to hold no integer of sixteen digits or more.
 * @throws TelemetryError `RIMP_INVALID_ARGUMENT` if the line is no JSON.
 */
export function parseLine(line: string, isPlain = false): unknown {
  // an integer of sixteen digits may be larger than a number holds exactly
  if (!isPlain && /[:[,]\s*-?\d{16,}/.test(line)) return parseJson(beyondJson(line));
  try {
    return JSON.parse(line);
  } catch {
    return parseJson(beyondJson(line));
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new TelemetryError('RIMP_INVALID_ARGUMENT', `RIMP line: expected JSON, got ${show(text)}`, { cause: error });
  }
}

/** Puts into quotes what Python's JSON has and JSON hasn't, and the integers that a number would not hold exactly. */
function beyondJson(line: string): string {
  return line.replace(TOKENS, (token) => {
    if (token.startsWith('"')) return token;
    if (token.endsWith('y') || token === 'NaN') return `"${token}"`;
    return /^-?\d{16,}$/.test(token) && String(Number(token)) !== token ? `"${token}"` : token;
  });
}
