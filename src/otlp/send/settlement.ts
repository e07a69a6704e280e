import type { Ledger } from '../../pipeline/counters.js';
import type { LossReport } from '../../pipeline/loss-report.js';
import type { PartialSuccess } from '../encode/serializer.js';
import { leftOutOf } from './left-out.js';
import { type Refusal, reasonOf } from './narrowing.js';

/** Counts what became of what was sent, and reports what was lost. */
export class Settlement {
  readonly #ledger: Ledger;
  readonly #report: LossReport;
  readonly #partialSuccess: (response: Uint8Array) => PartialSuccess | undefined;

  constructor(
    ledger: Ledger,
    report: LossReport,
    partialSuccess: (response: Uint8Array) => PartialSuccess | undefined,
  ) {
    this.#ledger = ledger;
    this.#report = report;
    this.#partialSuccess = partialSuccess;
  }

  /** Items were taken, but for those that the response names. */
  sent(items: number, response: Uint8Array): void {
    const left = leftOutOf(items, this.#partialSuccess(response));
    const rejected = left?.items ?? 0;
    this.#ledger.delivered += items - rejected;
    this.#ledger.dropped.add('rejected', rejected);
    if (left === undefined) return;
    if (rejected > 0) this.#report('otlp_rejected', left.what, undefined, ['rejected']);
    else this.#report('otlp_warning', left.what);
  }

  refused(items: number, refusal: Refusal): void {
    const why = reasonOf(refusal);
    this.#ledger.dropped.add(why, items);
    const what = `${items === 1 ? '1 item is' : `${items} items are`} lost: ${refusal.reason}`;
    this.#report(`otlp_${why}`, what, undefined, [why]);
  }
}
