import { grouped } from '../format.js';
import type { ItemSource } from './source.js';

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

/** What could not be read, in words; `undefined` if everything could. */
export function unreadableNote({ unreadable }: Pick<ItemSource, 'unreadable'>): string | undefined {
  const counts = Object.entries(unreadable).filter(([, count]) => count > 0);
  if (counts.length === 0) return undefined;
  const sum = counts.reduce((total, [, count]) => total + count, 0);
  const parts = counts.map(([reason, count]) => `${grouped(count)} ${REASONS[reason] ?? reason}`);
  return `${grouped(sum)} ${sum === 1 ? 'line' : 'lines'} could not be read: ${parts.join(', ')}`;
}
