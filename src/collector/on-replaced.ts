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
  /** An argument by name that there is not: it is passed over. */
  unknownArgument(call: string, name: string, known: readonly string[]): void;
}
