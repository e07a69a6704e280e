/** What to look for in a storage. Every field narrows the result; an empty query asks for all. */
export interface TelemetryQuery {
  /** The earliest time, inclusive, compared in milliseconds. */
  readonly startTime?: Date | undefined;
  /** The latest time, inclusive, compared in milliseconds. */
  readonly endTime?: Date | undefined;
  /** At most so many items, of both kinds together, in the order asked for; default: all. */
  readonly limit?: number | undefined;
  /** `'asc'`, the order of arrival, or `'desc'`, its reverse; default `'asc'`. */
  readonly order?: 'asc' | 'desc' | undefined;
}
