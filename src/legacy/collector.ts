import { TelemetryCollector as Collector } from '../collector/collector.js';
import type { TelemetryConfig as Config } from '../collector/config.js';
import { INTERNALS } from '../collector/internals.js';
import { checkNames, readFields } from '../collector/named-arguments.js';
import type { CollectorOptions } from '../collector/options.js';
import type { TelemetryEvent as Event } from '../model/event.js';
import type { EventType } from '../model/event-type.js';
import type { TelemetryMetric as Metric } from '../model/metric.js';
import type { TelemetryListener } from '../pipeline/listeners.js';
import { type Optional, TelemetryConfig } from './config.js';
import { keywordsOf } from './keywords.js';
import { withPythonNames } from './python-names.js';
import { type TelemetryStorage, takePythonArguments } from './storage.js';

/** The keyword arguments of `collect_event`. */
export interface CollectEventArguments {
  /** What it comes from; `unknown` if it is empty. */
  readonly source: string;
  /** What happened. */
  readonly message: string;
  /** How severe it is; default `EventType.INFO`. */
  readonly event_type?: Optional<EventType>;
  /** Anything that belongs to it, by key; default none. */
  readonly metadata?: Optional<object>;
}

/** The keyword arguments of `collect_metric`. */
export interface CollectMetricArguments {
  /** What is measured. */
  readonly name: string;
  /** The measurement, in `unit`. */
  readonly value: number;
  /** The unit, as people write it; default none. */
  readonly unit?: Optional<string>;
  /** What the measurement belongs to; default none. */
  readonly tags?: Optional<Readonly<Record<string, unknown>>>;
}

const EVENT_ARGUMENTS = ['source', 'message', 'event_type', 'metadata'] as const;
const METRIC_ARGUMENTS = ['name', 'value', 'unit', 'tags'] as const;

/** The collector with Python's names. */
export class TelemetryCollector extends Collector {
  /** Where the collector keeps what it flushes; `retrieve` of one that it made takes Python's arguments. */
  declare readonly storage: TelemetryStorage;

  constructor(config?: Optional<Config>, options?: CollectorOptions) {
    super(config ?? new TelemetryConfig(), options);
    if (options?.storage === undefined) takePythonArguments(this.storage);
  }

  /**
   * As `collectEvent`. Keyword arguments may follow those by position as one object, in the place of the second or the
   * third; the fourth argument is always the metadata. Returns `null` if Python returned None.
   */
  collect_event(
    source: string,
    message: string,
    event_type?: Optional<EventType>,
    metadata?: Optional<object>,
  ): Event | null;
  collect_event(source: string, message: string, rest: Omit<CollectEventArguments, 'source' | 'message'>): Event | null;
  collect_event(source: string, rest: Omit<CollectEventArguments, 'source'>): Event | null;
  collect_event(fields: CollectEventArguments): Event | null;
  collect_event(
    first: string | CollectEventArguments,
    message?: string | object,
    event_type?: Optional<EventType> | object,
    metadata?: Optional<object>,
  ): Event | null {
    if (typeof first !== 'object' || first === null) {
      const rest =
        message === undefined || event_type !== undefined
          ? keywordsOf(event_type, ['event_type', 'metadata'])
          : keywordsOf(message, ['message', 'event_type', 'metadata']);
      if (rest !== undefined && metadata === undefined)
        return this.collect_event({ source: first, message: message as string, ...rest } as CollectEventArguments);
      return this.collectEvent(first, message as string, (event_type as EventType | null) ?? undefined, metadata);
    }
    checkNames('collect_event', first, EVENT_ARGUMENTS, undefined, this[INTERNALS].onReplaced);
    const fields = readFields(first, EVENT_ARGUMENTS) as Partial<CollectEventArguments>;
    return this.collectEvent(
      fields.source as string,
      fields.message ?? '',
      fields.event_type ?? undefined,
      fields.metadata,
    );
  }

  /**
   * As `collectMetric`. Keyword arguments may follow those by position as one object, in the place of the second or the
   * third. Returns `null` if Python returned None.
   */
  collect_metric(
    name: string,
    value: number,
    unit?: Optional<string>,
    tags?: Optional<Readonly<Record<string, unknown>>>,
  ): Metric | null;
  collect_metric(name: string, value: number, rest: Omit<CollectMetricArguments, 'name' | 'value'>): Metric | null;
  collect_metric(name: string, rest: Omit<CollectMetricArguments, 'name'>): Metric | null;
  collect_metric(fields: CollectMetricArguments): Metric | null;
  collect_metric(
    first: string | CollectMetricArguments,
    value?: number | object,
    unit?: Optional<string> | object,
    tags?: Optional<Readonly<Record<string, unknown>>>,
  ): Metric | null {
    if (typeof first !== 'object' || first === null) {
      const rest =
        unit === undefined ? keywordsOf(value, ['value', 'unit', 'tags']) : keywordsOf(unit, ['unit', 'tags']);
      if (rest !== undefined && tags === undefined)
        return this.collect_metric({ name: first, value: value as number, ...rest } as CollectMetricArguments);
      return this.collectMetric(first, value as number, unit as Optional<string>, tags);
    }
    checkNames('collect_metric', first, METRIC_ARGUMENTS, undefined, this[INTERNALS].onReplaced);
    const fields = readFields(first, METRIC_ARGUMENTS) as Partial<CollectMetricArguments>;
    return this.collectMetric(fields.name as string, fields.value as number, fields.unit, fields.tags);
  }

  /** Items of both kinds that wait in the buffer. */
  get_buffer_size(): number {
    return this[INTERNALS].buffered;
  }

  /** As `addListener`. */
  add_listener(listener: TelemetryListener): () => void {
    return withPythonNames(() => this.addListener(listener));
  }

  /** As `removeListener`. */
  remove_listener(listener: TelemetryListener): boolean {
    return this.removeListener(listener);
  }
}
