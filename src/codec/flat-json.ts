/** Keys whose text is remembered, and their longest. */
const MAX_KNOWN = 4_096;
const MAX_KNOWN_TEXT = 256;

// oxlint-disable-next-line no-control-regex -- these are what JSON escapes (RFC 8259, section 7)
const ESCAPED = /["\\\u0000-\u001f\ud800-\udfff]/;

/** A key as JSON, with what is before and behind it: in front of all, or behind another value. */
interface KeyText {
  readonly first: string;
  readonly next: string;
}

let known = new Map<string, KeyText>();

const NOTHING = {};

/** Text as JSON; most needs no escapes, which is quickly seen. */
export function quote(text: string): string {
  return needsEscapes(text) ? JSON.stringify(text) : `"${text}"`;
}

/** Whether text has characters that JSON escapes. */
export function needsEscapes(text: string): boolean {
  return ESCAPED.test(text);
}

/**
 * The fast way to JSON of what metadata mostly are: a plain map of text, numbers and booleans, to the very text that
 * `JSON.stringify` makes of it.
 *
 * It assumes that the map is an ordinary object or has no prototype, has no `toJSON`, and that nobody made properties of
 * `Object.prototype` enumerable. For anything else, and for other values, it gives `undefined`.
 */
export function flatJson(map: object): string | undefined {
  const prototype: unknown = Object.getPrototypeOf(map);
  if ((prototype !== Object.prototype && prototype !== null) || 'toJSON' in map) return undefined;
  for (const _ in NOTHING) return undefined;
  let json = '';
  for (const key in map) {
    const value = (map as Record<string, unknown>)[key];
    const { first, next } = known.get(key) ?? learn(key);
    json = json === '' ? first : json + next;
    switch (typeof value) {
      case 'string':
        json += quote(value);
        break;
      case 'number':
        json += Number.isFinite(value) ? value : 'null';
        break;
      case 'boolean':
        json += value ? 'true' : 'false';
        break;
      default:
        return undefined;
    }
  }
  return json === '' ? '{}' : `${json}}`;
}

function learn(key: string): KeyText {
  const text = `${JSON.stringify(key)}:`;
  const found = { first: flat(`{${text}`), next: flat(`,${text}`) };
  if (known.size >= MAX_KNOWN) known = new Map();
  if (key.length <= MAX_KNOWN_TEXT) known.set(key, found);
  return found;
}

/** Text that was put together, as one piece. */
export function flat(text: string): string {
  return JSON.parse(JSON.stringify(text)) as string;
}
