import { grouped } from '../format.js';
import type { ItemSource } from './source.js';

type Unreadable = Pick<ItemSource, 'unreadable' | 'parts'>;

const REASONS: Readonly<Record<string, string>> = {
  not_rimp: 'no line of RIMP',
  not_utf8: 'no UTF-8',
  too_long: 'too long',
  not_otlp: 'no OTLP that can be read',
  rejected: 'a log record or point of OTLP that can not be read',
  truncated_gzip: 'a compressed file that ends too early',
  broken_gzip: 'a damaged compressed file',
  unreadable_file: 'a file that could not be read',
};

/** Names of files that a note has at most. */
const MAX_NAMES = 3;

/** What could not be read, in words, and in which of several files; `undefined` if everything could. */
export function unreadableNote({ unreadable, parts }: Unreadable): string | undefined {
  const counts = Object.entries(unreadable).filter(([, count]) => count > 0);
  if (counts.length === 0) return undefined;
  const sum = counts.reduce((total, [, count]) => total + count, 0);
  const reasons = counts.map(([reason, count]) => `${grouped(count)} ${REASONS[reason] ?? reason}`);
  return `${grouped(sum)} ${sum === 1 ? 'line' : 'lines'} could not be read: ${reasons.join(', ')}${inFiles(parts)}`;
}

function inFiles(parts: readonly ItemSource[] = []): string {
  const names = parts.filter(({ unreadable }) => Object.keys(unreadable).length > 0).map(({ name }) => name);
  if (names.length === 0) return '';
  const more = names.length > MAX_NAMES ? ` and ${grouped(names.length - MAX_NAMES)} more` : '';
  return `, in ${names.slice(0, MAX_NAMES).join(', ')}${more}`;
}
