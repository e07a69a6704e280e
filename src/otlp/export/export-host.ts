import type { LedgerFigures } from '../../pipeline/counters.js';
import { type LossReport, lossPath } from '../../pipeline/loss-report.js';

/** What is warned of, and shown in health(). */
export interface ExportHost {
  /** @param counters - in `health()`, of what is lost because of the error. */
  report(kind: string, what: string, error?: unknown, counters?: readonly string[]): void;
  addLedger(name: string, figures: () => LedgerFigures): () => void;
}

/** Reports to a host what happens to the items of one ledger. */
export function reportTo(host: ExportHost, ledger: string): LossReport {
  return (kind, what, error, reasons) =>
    host.report(
      kind,
      what,
      error,
      reasons?.map((reason) => lossPath(ledger, reason)),
    );
}
