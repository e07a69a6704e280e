/** Is told of arguments that are no use: something else stands in the item, and no call throws. */
export interface OnReplaced {
  /** What was given as a time is none: the item has the time of the call. */
  invalidTime(given: unknown): void;
  /** What was given as an event type is none: the event is an `'info'`. */
  invalidEventType(given: unknown): void;
  /** What was given as a unit is a map: it stands as the tags. */
  invalidUnit(given: unknown): void;
  /** What was given as tags is no map: there are none. */
  invalidTags(given: unknown): void;
  /** Arguments by names that there are not: they are passed over. */
  unknownArguments(call: string, names: readonly string[], known: readonly string[]): void;
}
