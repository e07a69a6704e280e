/**
 * How severe an event is: RIMP's four levels, as the strings that its files hold.
 *
 * `DEBUG`, `INFO`, `WARNING` and `ERROR` become the OpenTelemetry severity numbers 5, 9, 13 and 17
 * (logs data model, "Severity Fields").
 */
export const EventType = {
  /** `'info'`: severity number 9. */
  INFO: 'info',
  /** `'warning'`: severity number 13. */
  WARNING: 'warning',
  /** `'error'`: severity number 17. */
  ERROR: 'error',
  /** `'debug'`: severity number 5. */
  DEBUG: 'debug',
} as const;

/** One of the four values of {@link EventType}. */
export type EventType = (typeof EventType)[keyof typeof EventType];

const BY_WORD: ReadonlyMap<string, EventType> = new Map<string, EventType>([
  ['info', EventType.INFO],
  ['information', EventType.INFO],
  ['notice', EventType.INFO],
  ['warning', EventType.WARNING],
  ['warn', EventType.WARNING],
  ['error', EventType.ERROR],
  ['err', EventType.ERROR],
  ['fatal', EventType.ERROR],
  ['critical', EventType.ERROR],
  ['emergency', EventType.ERROR],
  ['alert', EventType.ERROR],
  ['debug', EventType.DEBUG],
  ['trace', EventType.DEBUG],
  ['verbose', EventType.DEBUG],
]);

/** The event type that a word names in any case (`'WARN'`, `'Critical'`), or `undefined` if it names none. */
export function eventTypeFromWord(word: unknown): EventType | undefined {
  // the four themselves, as constants mostly are compared by address
  if (word === 'info' || word === 'warning' || word === 'error' || word === 'debug') return word;
  return typeof word === 'string' ? (BY_WORD.get(word) ?? BY_WORD.get(word.trim().toLowerCase())) : undefined;
}

/** The four words that a RIMP file may hold, in any case; nothing else is an event type there. */
export function eventTypeFromFile(word: unknown): EventType | undefined {
  if (typeof word !== 'string') return undefined;
  const lower = word.toLowerCase();
  return lower === 'info' || lower === 'warning' || lower === 'error' || lower === 'debug' ? lower : undefined;
}
