/** The reasons of losses, and what they mean for people; see `docs/errors.md`. */
const WORDS: Readonly<Record<string, string>> = {
  queue_full: 'It was slower than the items came, and its queue was full.',
  store_failed: 'It takes nothing as it is set up, or failed until its queue was full or the shutdown came.',
  refused: 'It can never take these items, or the OTLP endpoint answered what must not be sent again.',
  not_serializable: 'JSON or OTLP can not hold these items.',
  too_long: 'The line of the item would be longer than maxLineBytes.',
  filtered_by_otel: 'A filter of OpenTelemetry withheld them: severity, sampling, or a provider that is disabled.',
  not_readable: 'Malformed records, or records that threw when they were read.',
  not_storable: 'They were received, and no storage can hold them.',
  returned: 'Answered 503: the sender sends them again. This is no loss.',
  export_failed: 'The OTLP exporter gave up.',
  rejected: 'The OTLP endpoint took the rest of the request, and rejected these.',
  too_large: 'Too large for the OTLP endpoint.',
  disk_failed: 'The disk of the OTLP queue took nothing, or gave back something else.',
  not_finite: 'OTLP in JSON can not hold the value.',
  shutdown_timeout: 'They still waited when the time of the shutdown was over.',
  after_shutdown: 'They came after the shutdown.',
};

/** What a reason of a loss means. */
export function lossWords(reason: string): string {
  return Object.hasOwn(WORDS, reason) ? (WORDS[reason] as string) : `Lost for the reason ${reason}.`;
}
