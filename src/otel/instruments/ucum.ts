/**
 * Whether a text is a unit of the Unified Code for Units of Measure, case-sensitive (UCUM 2.2, sections 1 and 2). Codes
 * in square brackets, of which there are hundreds, are taken as they are.
 */
export function isUcumUnit(text: string): boolean {
  if (text === '' || !/^[\x21-\x7e]+$/.test(text)) return false;
  const reader = new UnitReader(text);
  return reader.term() && reader.isAtEnd;
}

const PREFIXES = 'Ki Mi Gi Ti da Y Z E P T G M k h d c m u n p f a z y'.split(' ');
/** Units that take a prefix. */
const METRIC = new Set(
  `m s g rad K C cd mol sr Hz N Pa J W A V F Ohm S Wb Cel T H lm lx Bq Gy Sv l L ar t bar u eV pc gf Gal dyn erg P Bi St
  Mx G Oe Gb sb Lmb ph Ci R RAD REM cal_[15] cal_[20] cal_m cal_IT cal_th cal tex st mho g% U kat eq osm Np B bit By
  Bd`.split(/\s+/),
);
/** Units that take none. */
const OTHER = new Set(
  `10* 10^ % deg gon ' '' min h d wk a a_t a_j a_g mo mo_s mo_j mo_g AU atm att b Ao Ky circ sph bit_s`.split(/\s+/),
);
/** What a simple unit consists of: up to an operator, an exponent, a parenthesis or an annotation. */
const SIMPLE = /10[*^]|(?:[A-Za-z%'_]|\[[^\][{}]+\]|(?<=cal_)\d+)+/y;
const EXPONENT = /[+-]?\d+/y;
const FACTOR = /\d+/y;
const ANNOTATION = /\{[^{}]*\}/y;

/** Reads the grammar of UCUM, section 2.1 "Grammar of units and unit terms". */
class UnitReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#text.length;
  }

  /** Components with `.` and `/` between them; a `/` may come first. */
  term(depth = 0): boolean {
    if (depth > MAX_PARENTHESES) return false;
    this.#skip('/');
    if (!this.#component(depth)) return false;
    while (this.#skip('.') || this.#skip('/')) if (!this.#component(depth)) return false;
    return true;
  }

  #component(depth: number): boolean {
    if (this.#skip('(')) return this.term(depth + 1) && this.#skip(')');
    if (this.#take(ANNOTATION) !== undefined) return true;
    const unit = this.#take(SIMPLE);
    if (unit === undefined) return this.#take(FACTOR) !== undefined;
    if (!isSimple(unit)) return false;
    this.#take(EXPONENT);
    this.#take(ANNOTATION);
    return true;
  }

  #skip(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }
}

/** A unit is at most 63 characters long, so that deeper ones are none. */
const MAX_PARENTHESES = 32;

function isSimple(unit: string): boolean {
  // a suffix in brackets says what is measured: m[H2O], B[SPL]
  return isAtom(unit) || isAtom(unit.replace(/(?<=.)\[[^\]]+\]$/, ''));
}

function isAtom(unit: string): boolean {
  if (OTHER.has(unit) || isMetric(unit)) return true;
  return PREFIXES.some((prefix) => unit.startsWith(prefix) && isMetric(unit.slice(prefix.length)));
}

function isMetric(unit: string): boolean {
  return METRIC.has(unit) || /^\[[^\]]+\]$/.test(unit);
}
