import type { AnyValue } from '../model/any-value.js';
import { EVENT_NAME_KEY, OUR_ATTRIBUTES } from '../model/attribute-names.js';
import { isHostileKey } from './own-fields.js';

/** Keys of a map that is copied the fast way; a larger one has to be counted. */
const MAX_KEYS = 64;
/** Keys that are copied one by one. */
const FEW_KEYS = 6;
/** Characters of one text: 64 of them are far from what metadata may hold. */
const MAX_TEXT = 16_384;
/** Keys that are remembered. */
const MAX_KNOWN = 4_096;
/** Characters of a key that is remembered. */
const MAX_KNOWN_TEXT = 256;

/** Keys that were looked at, and whether they are plain. */
let known = new Map<string, boolean>();
/** The plain keys of the map before, by their place: mostly the next one has the same. */
const last: string[] = Array.from({ length: MAX_KEYS }, () => 'a');

/** How many keys the map before had. */
let lastCount = 0;

const NOTHING = {};

/** A copy that lost nothing. */
export interface FlatCopy {
  readonly value: Readonly<Record<string, AnyValue>>;
  readonly lost: 0;
  /** How many texts, numbers and booleans it holds, at most 64; absent if there is a null among them. */
  readonly flatKeys: number | undefined;
  /** An estimate of the memory that its keys and values take, in bytes, as `sizeOfItem` has it. */
  readonly bytes: number;
  /** Whether a key can be added to the copy at once: see {@link CLONES_GROW}. */
  readonly grows: boolean;
}

const platform = globalThis as { readonly process?: { readonly versions?: { readonly v8?: string } } };
/** Whether what a spread made takes a further key at once: with V8 before 12, that is slower than to make another copy. */
const CLONES_GROW = Number.parseInt(platform.process?.versions?.v8 ?? '', 10) >= 12;

/**
 * The fast way to copy what metadata mostly are: a plain map of text, numbers, booleans and null.
 *
 * It assumes that the map is an ordinary object or has no prototype, has no `toJSON`, and that nobody made properties of
 * `Object.prototype` enumerable. For anything else, and for values, keys and sizes that call for a closer look, such as
 * the keys that mean something to OpenTelemetry, it gives `undefined`, and the `Copier` reads the map from the start.
 *
 * Of many keys a spread is several times faster, as V8 copies an object of a shape that it knows at once. It brings
 * symbols along, though, and looking for those costs as much as copying a few keys one by one.
 */
export function flatCopy(from: object): FlatCopy | undefined {
  try {
    const prototype: unknown = Object.getPrototypeOf(from);
    if ((prototype !== Object.prototype && prototype !== null) || 'toJSON' in from) return undefined;
    for (const _ in NOTHING) return undefined;
    return lastCount > FEW_KEYS ? atOnce(from) : oneByOne(from);
  } catch {
    return undefined;
  }
}

function atOnce(from: object): FlatCopy | undefined {
  const copy: Record<string, AnyValue> = { ...(from as Record<string, AnyValue>) };
  let hasNull = false;
  let count = 0;
  let characters = 0;
  for (const key in copy) {
    if (count >= MAX_KEYS || (last[count] !== key && !isPlain(key, count))) return undefined;
    count += 1;
    const value = copy[key] as AnyValue;
    const extra = charactersOf(value);
    if (extra < 0) return undefined;
    // what the spread has brought along may not stay
    if (value === undefined || (value === 0 && Object.is(value, -0))) return oneByOne(copy);
    if (value === null) hasNull = true;
    characters += key.length + extra;
  }
  if (Object.getOwnPropertySymbols(copy).length > 0) return oneByOne(copy);
  lastCount = count;
  return {
    value: copy,
    lost: 0,
    flatKeys: hasNull ? undefined : count,
    bytes: bytesOf(count, characters),
    grows: CLONES_GROW,
  };
}

function oneByOne(from: object): FlatCopy | undefined {
  const copy: Record<string, AnyValue> = {};
  let nulls = 0;
  let count = 0;
  let characters = 0;
  for (const key in from) {
    if (last[count] !== key && (count >= MAX_KEYS || !isPlain(key, count))) return undefined;
    let value = (from as Record<string, AnyValue | undefined>)[key];
    // as charactersOf has it; to call that costs a tenth of the copy
    if (typeof value === 'string') {
      if (value.length > MAX_TEXT || !value.isWellFormed()) return undefined;
      characters += value.length;
    } else if (typeof value === 'number') {
      if (value - value !== 0) return undefined;
      // 0 for -0
      value += 0;
    } else if (typeof value !== 'boolean') {
      if (value === undefined) continue;
      if (value !== null) return undefined;
      nulls += 1;
    }
    copy[key] = value as AnyValue;
    characters += key.length;
    count += 1;
  }
  lastCount = count;
  return {
    value: copy,
    lost: 0,
    flatKeys: nulls > 0 ? undefined : count,
    bytes: bytesOf(count, characters),
    grows: true,
  };
}

/** The characters of a text, 0 for another flat value, -1 for what calls for a closer look. */
function charactersOf(value: unknown): number {
  switch (typeof value) {
    case 'string':
      return value.length <= MAX_TEXT && value.isWellFormed() ? value.length : -1;
    case 'number':
      // neither NaN nor infinite
      return value - value === 0 ? 0 : -1;
    case 'boolean':
    case 'undefined':
      return 0;
    default:
      return value === null ? 0 : -1;
  }
}

function bytesOf(count: number, characters: number): number {
  return 24 * count + 2 * characters;
}

function isPlain(key: string, place: number): boolean {
  const plain = known.get(key) ?? learn(key);
  if (plain && key.length <= MAX_KNOWN_TEXT) last[place] = key;
  return plain;
}

function learn(key: string): boolean {
  const isOurs = key === EVENT_NAME_KEY || OUR_ATTRIBUTES.has(key);
  const plain = !isOurs && !isHostileKey(key) && key.isWellFormed();
  if (known.size >= MAX_KNOWN) known = new Map();
  if (key.length <= MAX_KNOWN_TEXT) known.set(key, plain);
  return plain;
}
