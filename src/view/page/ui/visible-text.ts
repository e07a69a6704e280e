/** A part of a text: as it is, or a character that would not show, by its code. */
export interface TextPart {
  readonly text: string;
  readonly isHidden: boolean;
}

// controls but tab and line feed, zero-width and bidirectional formatting, separators, tags, byte order mark
const HIDDEN =
  // oxlint-disable-next-line no-control-regex -- they are what is looked for
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;
const NAMES: ReadonlyMap<number, string> = new Map([
  [0x00, 'NUL'],
  [0x07, 'BEL'],
  [0x08, 'BS'],
  [0x0d, 'CR'],
  [0x1b, 'ESC'],
  [0x7f, 'DEL'],
]);

const JOINER = '\u200d';

/**
 * Divides a text at characters that have no look of their own, or change the order in which others are shown: a text
 * that comes from elsewhere must not look like another one.
 */
export function textParts(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let from = 0;
  for (const { 0: character, index } of text.matchAll(HIDDEN)) {
    if (character === JOINER && joinsPictures(text, index)) continue;
    if (index > from) parts.push({ text: text.slice(from, index), isHidden: false });
    parts.push({ text: nameOf(character.codePointAt(0) ?? 0), isHidden: true });
    from = index + character.length;
  }
  if (from < text.length) parts.push({ text: text.slice(from), isHidden: false });
  return parts;
}

/** The same in one text, for titles and names. */
export function visibleText(text: string): string {
  return textParts(text)
    .map((part) => (part.isHidden ? `[${part.text}]` : part.text))
    .join('');
}

/** Whether a joiner makes one picture of two, such as a family. */
function joinsPictures(text: string, index: number): boolean {
  return (
    /(?:\p{Extended_Pictographic}|\p{Emoji_Modifier}|\ufe0f)$/u.test(text.slice(Math.max(0, index - 2), index)) &&
    /^\p{Extended_Pictographic}/u.test(text.slice(index + 1, index + 3))
  );
}

function nameOf(code: number): string {
  return NAMES.get(code) ?? `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
}
