import type { LedgerFigures } from '../../pipeline/counters.js';

/** What is warned of, and shown in health(). */
export interface ExportHost {
  report(kind: string, what: string, error?: unknown): void;
  addLedger(name: string, figures: () => LedgerFigures): () => void;
}
