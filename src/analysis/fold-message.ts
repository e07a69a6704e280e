/** A part that differs from one message to the next of the same kind. */
interface Part {
  /** What stands for it. */
  readonly name: string;
  readonly form: RegExp;
  /** Text without which there is no such part: a search for it costs less than the form. */
  readonly needs?: string;
}

/** In this order: what a longer form took is no part of a shorter one. No name holds what a later form looks for. */
const PARTS: readonly Part[] = [
  { name: '"<text>"', needs: '"', form: /"(?:[^"\\\n]|\\.)*"/g },
  { name: "'<text>'", needs: "'", form: /(?<![\w'])'(?:[^'\\\n]|\\.)*'(?![\w'])/g },
  { name: '`<text>`', needs: '`', form: /`[^`\n]*`/g },
  { name: '<url>', needs: '://', form: /\b[A-Za-z][A-Za-z0-9+.-]*:\/\/[^\s"'<>)\]},;]+/g },
  { name: '<email>', needs: '@', form: /(?<![\w.+-])[\w.+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+\b/g },
  { name: '<path>', needs: '/', form: /(?<![\w.~/])(?:\.{0,2}|~)(?:\/[\w.@%+~:-]+)+\/?/g },
  { name: '<path>', needs: ':\\', form: /\b[A-Za-z]:\\[^\s"'<>|]+/g },
];

/** The same, of parts that have a digit. */
const PARTS_WITH_DIGITS: readonly Part[] = [
  { name: '<uuid>', needs: '-', form: /\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b/g },
  {
    name: '<time>',
    needs: '-',
    form: /\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:\s?(?:Z|[+-]\d\d:?\d\d))?)?\b/g,
  },
  { name: '<time>', needs: ':', form: /\b\d{1,2}:\d\d:\d\d(?:[.,]\d+)?\b/g },
  { name: '<ip>', needs: '.', form: /\b\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?\b/g },
  { name: '<ip>', needs: '[', form: /\[[0-9a-fA-F:]*::?[0-9a-fA-F:.]+\](?::\d{1,5})?/g },
  { name: '<hex>', form: /\b0x[0-9a-fA-F]+\b|(?<!\d[.,])\b(?=[0-9]*[a-fA-F])(?=[a-fA-F]*\d)[0-9a-fA-F]{8,}\b/g },
  { name: '<id>', form: /(?<!\d[.,])\b(?=[A-Za-z_]*\d+[A-Za-z_]+\d)\w{10,}\b/g },
  { name: '<num>', form: /(?:(?<![\w.)\]])[-+])?\d+(?:[.,]\d+)*(?:[eE][-+]?\d+)?/g },
];

/** A list of one kind: three or more, so that a pair stays one. */
const LIST = /(<[a-z]+>|"<text>"|'<text>'|`<text>`)(?:\s*[,;|]\s*\1|\s+\1){2,}/g;

/** Of a longer message only the beginning is looked at, in characters. */
const MAX_LENGTH = 2_000;

/**
 * A message with what differs from one to the next replaced: numbers by `<num>`, ids by `<id>`, `<hex>` or `<uuid>`,
 * quoted parts by `"<text>"`, and so on: `<url>`, `<email>`, `<time>`, `<ip>`, `<path>`. White space becomes one space;
 * a list of one kind becomes `<num>, …`.
 */
export function foldMessage(message: string): string {
  let text = message.length > MAX_LENGTH ? `${message.slice(0, MAX_LENGTH)}…` : message;
  text = fold(text, PARTS);
  if (/\d/.test(text)) text = fold(text, PARTS_WITH_DIGITS);
  if (text.includes('>')) text = text.replace(LIST, '$1, …');
  return /^\s|\s$|\s\s|[^\S ]/.test(text) ? text.trim().replace(/\s+/g, ' ') : text;
}

function fold(text: string, parts: readonly Part[]): string {
  let folded = text;
  for (const { name, form, needs } of parts) {
    if (needs === undefined || folded.includes(needs)) folded = folded.replace(form, name);
  }
  return folded;
}
