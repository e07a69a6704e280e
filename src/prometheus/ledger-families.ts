import type { CollectorHealth } from '../collector/health.js';
import { Families, type Family } from './family.js';
import { labelText } from './labels.js';

type Labels = readonly (readonly [name: string, value: string])[];

/** The families of a collector's own counters; they are made first, so that no metric takes their names. */
export class LedgerFamilies {
  readonly #families = new Families();
  readonly #accepted = this.#counter('rimp_sink_accepted', 'Items that a sink was given.');
  readonly #delivered = this.#counter('rimp_sink_delivered', 'Items that a sink handed on for good.');
  readonly #dropped = this.#counter('rimp_sink_dropped', 'Items that a sink lost, by reason.');
  readonly #queued = this.#families.make('rimp_sink_queued', 'gauge', '', 'Items that wait for a sink.');
  readonly #collected = this.#counter('rimp_collector_accepted', 'Items that the collector took in.');
  readonly #lost = this.#counter('rimp_collector_dropped', 'Items that were lost on any way, by reason.');
  readonly #buffered = this.#families.make('rimp_collector_queued', 'gauge', '', 'Items that wait on any way.');
  readonly #rejected = this.#counter('rimp_collector_rejected', 'Calls that gave no item, by reason.');
  readonly #notRecorded = this.#counter('rimp_collector_not_recorded', 'Measurements that no instrument recorded.');
  readonly #evicted = this.#counter('rimp_collector_evicted', 'Items that left the storage because of its bound.');
  readonly #errors = this.#counter('rimp_collector_listener_errors', 'Listeners that threw or rejected.');
  readonly #left = this.#counter('rimp_exposition_left_out', 'Metrics that are in no series here, by reason.');

  /** For the metrics' families, beside these. */
  get families(): Families {
    return this.#families;
  }

  /** Sets all of them to what they are now. */
  update(health: CollectorHealth, left: Readonly<Record<string, number>>): void {
    for (const [sink, figures] of Object.entries(health.sinks)) {
      set(this.#accepted, figures.accepted, [['sink', sink]]);
      set(this.#delivered, figures.delivered, [['sink', sink]]);
      set(this.#queued, figures.queued, [['sink', sink]]);
      setReasons(this.#dropped, figures.dropped, [['sink', sink]]);
    }
    set(this.#collected, health.accepted);
    set(this.#buffered, health.queued);
    setReasons(this.#lost, health.dropped);
    setReasons(this.#rejected, health.rejected);
    setReasons(this.#notRecorded, health.notRecorded);
    set(this.#evicted, health.evicted);
    set(this.#errors, health.listenerErrors);
    setReasons(this.#left, left);
  }

  #counter(name: string, help: string): Family {
    return this.#families.make(name, 'counter', '', help);
  }
}

function setReasons(family: Family, counts: Readonly<Record<string, number>>, labels: Labels = []): void {
  for (const [reason, count] of Object.entries(counts)) set(family, count, [...labels, ['reason', reason]]);
}

function set(family: Family, value: number, pairs: Labels = []): void {
  const labels = labelText(pairs);
  // never expires
  family.series.set(labels, { labels, value, seenMillis: Number.POSITIVE_INFINITY });
}
