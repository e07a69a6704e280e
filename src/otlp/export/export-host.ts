import type { LedgerFigures } from '../../pipeline/counters.js';

/** What is told of trouble, and shown in the books. */
export interface ExportHost {
  report(kind: string, what: string, error?: unknown): void;
  addLedger(name: string, figures: () => LedgerFigures): () => void;
}
