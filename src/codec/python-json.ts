import { show, TelemetryError } from '../model/errors.js';

/** Tokens that are of interest outside strings. */
const TOKENS = /-?Infinity|NaN|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

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
  const parts: string[] = [];
  for (let start = 0; start < line.length; ) {
    const quote = line.indexOf('"', start);
    const end = quote < 0 ? line.length : quote;
    parts.push(line.slice(start, end).replace(TOKENS, quoted));
    start = quote < 0 ? end : endOfString(line, quote);
    parts.push(line.slice(end, start));
  }
  return parts.join('');
}

function quoted(token: string): string {
  if (token.endsWith('y') || token === 'NaN') return `"${token}"`;
  return /^-?\d{16,}$/.test(token) && String(Number(token)) !== token ? `"${token}"` : token;
}

/** Behind the quote that ends a string: by hand, as an expression has no stack for strings of megabytes. */
function endOfString(line: string, start: number): number {
  for (let end = line.indexOf('"', start + 1); end >= 0; end = line.indexOf('"', end + 1)) {
    let first = end;
    while (line[first - 1] === '\\') first -= 1;
    if ((end - first) % 2 === 0) return end + 1;
  }
  return line.length;
}
