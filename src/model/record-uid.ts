/** What redacts leaves in the place of a text: one in brackets, marks, or a word that says so. */
const MASK =
  /^(?:\[.*\]|<.*>|\(.*\)|[*#•█xX.-]{3,}|\W*(?:redacted|masked|filtered|removed|hidden|censored|deleted|anonymi[sz]ed|private|secret|null|undefined)\W*)$/i;

/** The length of ids of this library's own. */
export const ID_LENGTH = 36;

/**
 * Whether a `log.record.uid` identifies a record. An empty one does not, and what redacts all texts leaves the same one
 * in all records: a database that holds each id once would lose all but one of them.
 */
export function isUid(value: unknown): value is string {
  if (typeof value !== 'string' || value === '') return false;
  // no mask is as long and has a hyphen there
  return (value.length === ID_LENGTH && value[8] === '-') || !MASK.test(value);
}
