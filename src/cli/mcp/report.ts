/** One entry of a list: as text of one or more lines, and as JSON. All that it holds is printable. */
export interface Entry {
  readonly lines: readonly string[];
  readonly data: object;
}

/** Makes an entry whose long values are cut at so many characters. */
export type EntryMaker = (maxCharacters: number) => Entry;

/** A list of an answer, of which as much is given as there is room for. */
export interface Section {
  /** Its name in the structured answer. */
  readonly key: string;
  readonly heading?: string;
  readonly entries: readonly EntryMaker[];
  /** How many there are, if there are more than are given here. */
  readonly total?: number;
  /** Whether there are more than `total`, how many is not known. */
  readonly hasMore?: boolean;
  /** How to see what is left out. */
  readonly narrow: string;
}

/** What a tool has to say. */
export interface Report {
  /** Lines of this program's own, free of what telemetry holds. */
  readonly head: readonly string[];
  /** The figures of the head. */
  readonly facts: Readonly<Record<string, unknown>>;
  readonly sections: readonly Section[];
  /** What else is to be known: lines that could not be read, that reading ended early. */
  readonly notes: readonly string[];
}
