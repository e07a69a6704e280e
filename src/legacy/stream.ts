import { TelemetryCollector as Collector } from '../collector/collector.js';
import { TelemetryStream as Stream, type TelemetryConsumer, type TelemetryStreamOptions } from '../collector/stream.js';
import type { TelemetryStorage as Storage } from '../model/storage.js';
import type { Optional } from './config.js';
import { withPythonNames } from './python-names.js';

/** The keyword arguments of {@link TelemetryStream}. */
export interface TelemetryStreamArguments {
  /** The collector whose items the stream brings. */
  readonly collector: Collector;
  /** Where the stream stores what it brings; default nowhere. */
  readonly storage?: Optional<Storage>;
  /** How often consumers are called, in **seconds**; default 1. */
  readonly interval?: Optional<number>;
}

/** The stream with Python's names. */
export class TelemetryStream extends Stream {
  /** The collector whose items the stream brings. */
  readonly collector: Collector;
  /** Stores what the stream brings; `null` if nothing does. */
  readonly storage: Storage | null;
  /** How often consumers are called, in **seconds**. */
  readonly interval: number;

  constructor(collector: Collector, storage?: Optional<Storage>, interval?: Optional<number>);
  constructor(fields: TelemetryStreamArguments);
  constructor(first: Collector | TelemetryStreamArguments, storage?: Optional<Storage>, interval?: Optional<number>) {
    const fields = first instanceof Collector ? { collector: first, storage, interval } : first;
    super(fields as TelemetryStreamOptions);
    this.collector = fields.collector;
    this.storage = fields.storage ?? null;
    this.interval = fields.interval ?? 1;
  }

  /** As `addConsumer`. */
  add_consumer(consumer: TelemetryConsumer): () => void {
    return withPythonNames(() => this.addConsumer(consumer));
  }

  /** As `removeConsumer`. */
  remove_consumer(consumer: TelemetryConsumer): boolean {
    return this.removeConsumer(consumer);
  }
}
