const WORDS: ReadonlyMap<string, number> = new Map([
  ['trace', 1],
  ['debug', 5],
  ['info', 9],
  ['warn', 13],
  ['warning', 13],
  ['error', 17],
  ['fatal', 21],
]);

/** What a severity may be, in words: for errors. */
export const SEVERITY_WORDS = `one of ${[...WORDS.keys()].join(', ')}, or 1 to 24`;

/** OpenTelemetry's severity number of a word or a number; `undefined` if the text is neither. */
export function severityFromWord(text: string): number | undefined {
  const number = WORDS.get(text.toLowerCase()) ?? Number(text);
  return Number.isInteger(number) && number >= 1 && number <= 24 ? number : undefined;
}
