/** The types of families that are made here. */
export type FamilyType = 'counter' | 'gauge' | 'histogram';

/** The value of a series: a number, or a histogram. */
export interface Series {
  /** As they stand between the braces, escaped; empty if there are none. */
  readonly labels: string;
  value: number;
  histogram?: Buckets;
  /** When it was last measured, in milliseconds of a monotonic clock. */
  seenMillis: number;
}

/** A histogram's buckets: one count more than bounds. */
export interface Buckets {
  readonly bounds: readonly number[];
  readonly counts: number[];
  sum: number;
  count: number;
}

/** All series of one name. */
export interface Family {
  /** Without the endings of its samples, such as `_total`. */
  readonly name: string;
  readonly type: FamilyType;
  /** The word that the name ends with; empty if there is none. */
  readonly unit: string;
  readonly help: string;
  readonly series: Map<string, Series>;
}

const ENDINGS: Readonly<Record<FamilyType, readonly string[]>> = {
  counter: ['', '_total', '_created'],
  gauge: [''],
  histogram: ['', '_bucket', '_count', '_sum', '_created'],
};

/** Families by name: no two have a sample in common, as a scrape with two of one name is refused as a whole. */
export class Families {
  readonly #taken = new Set<string>();
  readonly all: Family[] = [];

  /** A new family; if its name is taken, its type or a number is added to it. */
  make(wanted: string, type: FamilyType, unit: string, help: string): Family {
    let name = wanted;
    for (let n = 1; this.#isTaken(name, type); n += 1) {
      const more = n === 1 ? type : `${type}_${n}`;
      // the unit stays the end of the name
      name = unit === '' ? `${wanted}_${more}` : `${wanted.slice(0, -unit.length)}${more}_${unit}`;
    }
    for (const ending of ENDINGS[type]) this.#taken.add(name + ending);
    const family = { name, type, unit, help, series: new Map<string, Series>() };
    this.all.push(family);
    return family;
  }

  #isTaken(name: string, type: FamilyType): boolean {
    return ENDINGS[type].some((ending) => this.#taken.has(name + ending));
  }
}
