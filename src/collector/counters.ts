import { Counts, type LedgerFigures, lostIn, RETURNED } from '../pipeline/counters.js';
import { lossPath } from '../pipeline/loss-report.js';
import type { Pipeline } from '../pipeline/pipeline.js';
import type { LossCounters } from './loss-watch.js';

/** What the pipeline itself can lose; all else that it counts as lost, a sink has lost. */
const LOST_BY_PIPELINE = ['not_readable', 'after_shutdown'];

/** What a collector counts beside its pipeline. */
export class CollectorCounters {
  /** Calls that gave no item, by reason. */
  readonly rejected = new Counts();
  /** Arguments that were replaced, by reason. */
  readonly replaced = new Counts();
  consumerErrors = 0;
  readonly #pipeline: Pipeline;
  readonly #exporters = new Map<string, () => LedgerFigures>();
  /** Those that nobody asked for: what they lose is shown, and is no loss of the collector's. */
  readonly #implied = new Set<() => LedgerFigures>();

  constructor(pipeline: Pipeline) {
    this.#pipeline = pipeline;
  }

  addExporter(name: string, figures: () => LedgerFigures, isImplied = false): () => void {
    if (isImplied) this.#implied.add(figures);
    this.#exporters.set(name, figures);
    return () => {
      if (this.#exporters.get(name) === figures) this.#exporters.delete(name);
    };
  }

  /** Items and points that exporters have lost. */
  get lostByExporters(): number {
    return lostIn(Object.values(this.#exported(false)));
  }

  /** Of each sink and exporter. */
  get sinks(): Record<string, LedgerFigures> {
    return { ...this.#pipeline.sinkFigures(), ...this.#exported(true) };
  }

  /**
   * Of the collector as a whole: an item counts as dropped if any sink or exporter lost it, and once if several did.
   * Points of metrics stand for the measurements in them.
   */
  get whole(): LedgerFigures {
    const { accepted, delivered, queued, dropped } = this.#pipeline.figures;
    const all: Record<string, number> = { ...dropped };
    let left = delivered;
    for (const figures of Object.values(this.#exported(false))) {
      for (const [reason, count] of Object.entries(figures.dropped)) {
        const part = Math.min(left, count);
        if (part > 0) all[reason] = (all[reason] ?? 0) + part;
        left -= part;
      }
    }
    return { accepted, delivered: left, queued, dropped: all };
  }

  /** All that is lost, items and arguments of calls, by the path of its counter in `health()`. */
  *losses(): LossCounters {
    const sinks = { ...this.#pipeline.sinkFigures(), ...this.#exported(false) };
    for (const [name, { dropped }] of Object.entries(sinks)) {
      for (const [reason, count] of Object.entries(dropped)) {
        if (reason !== RETURNED) yield [lossPath(name, reason), count];
      }
    }
    const { dropped } = this.#pipeline.figures;
    for (const reason of LOST_BY_PIPELINE) yield [`dropped.${reason}`, dropped[reason] ?? 0];
    for (const [reason, count] of Object.entries(this.rejected.toRecord())) yield [`rejected.${reason}`, count];
    for (const [reason, count] of Object.entries(this.replaced.toRecord())) yield [`replaced.${reason}`, count];
  }

  #exported(withImplied: boolean): Record<string, LedgerFigures> {
    const figures: Record<string, LedgerFigures> = {};
    for (const [name, read] of this.#exporters) if (withImplied || !this.#implied.has(read)) figures[name] = read();
    return figures;
  }
}
