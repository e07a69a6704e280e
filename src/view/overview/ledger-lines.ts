import type { LedgerFigures } from '../../pipeline/counters.js';
import type { LedgerLine } from '../api-types.js';
import type { ViewHost } from '../host.js';
import { lossWords } from './loss-words.js';

/** The counters of a collector and of each of its sinks. */
export function ledgerLines(host: ViewHost): LedgerLine[] {
  const health = host.health?.();
  if (health === undefined) return [];
  return [lineOf('collector', health), ...Object.entries(health.sinks).map(([name, figures]) => lineOf(name, figures))];
}

function lineOf(name: string, { accepted, delivered, queued, dropped }: LedgerFigures): LedgerLine {
  return {
    name,
    accepted,
    delivered,
    queued,
    dropped: Object.entries(dropped).map(([reason, count]) => ({ reason, count, words: lossWords(reason) })),
  };
}
