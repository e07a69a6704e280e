import type { FailureKind } from '../../pipeline/sink-failure.js';

/** Codes of errors that say something of a row alone: it can't be parsed, is out of range, or a constraint refuses it. */
const OF_ITEMS: ReadonlySet<string> = new Set('6 25 26 27 38 41 53 69 70 72 117 130 131 190 321 349 469'.split(' '));
/** Those of a server that takes nothing as it is set up: users, rights, databases, clusters, columns, settings, syntax. */
const OF_STORAGE: ReadonlySet<string> = new Set(
  '8 16 36 46 47 48 50 62 63 81 115 164 170 192 193 194 195 344 497 516 701'.split(' '),
);
const UNKNOWN_TABLE = '60';

/**
 * What an error of the client's means. Whatever is not known passes, above all too many parts, too little memory, too
 * many queries, timeouts, and a server that is away.
 */
export function kindOf(error: unknown): FailureKind {
  const code = codeOf(error);
  if (code === undefined) return 'transient';
  if (OF_ITEMS.has(code)) return 'item';
  return OF_STORAGE.has(code) ? 'storage' : 'transient';
}

/** Whether an error says that a table is not there, or was dropped. */
export function isTableGone(error: unknown): boolean {
  return codeOf(error) === UNKNOWN_TABLE;
}

/** The number of an error of the server's. */
function codeOf(error: unknown): string | undefined {
  const { code } = (error ?? {}) as { readonly code?: unknown };
  return typeof code === 'string' && /^\d+$/.test(code) ? code : undefined;
}
