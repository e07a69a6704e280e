/**
 * Characters that a terminal obeys or hides: controls (C0, DEL, C1), line and paragraph separators, the marks that
 * change the direction of text, invisible ones that make two texts look alike, and halves of surrogate pairs. The
 * joiners U+200C and U+200D stay: scripts and emoji need them.
 */
const HIDDEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones to be found
  // oxlint-disable-next-line no-control-regex -- these are the ones to be found
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/gu;

const NAMES: ReadonlyMap<string, string> = new Map([
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
]);

/**
 * Text as it may be printed on a terminal, in one line: characters that a terminal obeys or hides are shown as escapes
 * such as `\n` and `\u001b`. Whatever telemetry holds was written by others.
 */
export function printable(text: string): string {
  return text.replace(HIDDEN, escapeOf);
}

function escapeOf(character: string): string {
  const name = NAMES.get(character);
  if (name !== undefined) return name;
  const point = character.codePointAt(0) ?? 0;
  const hex = point.toString(16).padStart(4, '0');
  return point > 0xffff ? `\\u{${hex}}` : `\\u${hex}`;
}
