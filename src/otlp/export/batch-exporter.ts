/** What became of the items of one export. */
export interface ExportOutcome {
  readonly delivered: number;
  /** Items lost, by reason. */
  readonly dropped: Readonly<Record<string, number>>;
  /** What went wrong, if something was lost. */
  readonly error?: Error | undefined;
  /** The endpoint refused the whole request: a part of it might be taken. */
  readonly refused?: 'bad' | 'too_large' | undefined;
}

/** Exports items of one signal. */
export interface BatchExporter<T> {
  /**
   * Exports items, `count` of them; never rejects, and ends within a bounded time.
   *
   * @param hasParts - whether the caller exports parts of them if the endpoint refuses all; default false.
   */
  export(items: T, count: number, hasParts?: boolean): Promise<ExportOutcome>;
  /** Hands on what the exporter itself holds; never rejects, and ends within a bounded time. */
  flush(): Promise<void>;
  /** Ends at once: what is being exported is lost. Never rejects, and ends within a bounded time. */
  shutdown(): Promise<void>;
}

/** All of an export arrived. */
export function delivered(count: number): ExportOutcome {
  return { delivered: count, dropped: {} };
}

/** Nothing of an export arrived. */
export function lost(count: number, reason: string, error: Error): ExportOutcome {
  return { delivered: 0, dropped: { [reason]: count }, error };
}

/** What became of two parts of an export. */
export function together(one: ExportOutcome, other: ExportOutcome): ExportOutcome {
  const dropped: Record<string, number> = { ...one.dropped };
  for (const [reason, count] of Object.entries(other.dropped)) dropped[reason] = (dropped[reason] ?? 0) + count;
  return { delivered: one.delivered + other.delivered, dropped, error: one.error ?? other.error };
}
