import type { Tags, TelemetryMetric } from '../../model/metric.js';
import type { HistogramDetail } from '../../model/otel-fields.js';
import { isHistogramPart } from '../metric-summary.js';

/** What a metric's values are; `sample`: exact measurements. */
export type ChartKind = 'gauge' | 'sum' | 'histogram' | 'exponential_histogram' | 'sample';

/** A value at a time. */
export interface ChartPoint {
  readonly millis: number;
  readonly value: number;
  readonly histogram: HistogramDetail | undefined;
  /** When what it counts began, in milliseconds; `undefined` if that is not known. */
  readonly startMillis: number | undefined;
  readonly id: string;
}

/** The points of one line from one process: only these can be subtracted from one another. */
export interface Stream {
  readonly isCumulative: boolean;
  readonly points: ChartPoint[];
}

/** The streams with the same tags. */
export interface Line {
  readonly tags: Tags;
  readonly streams: Map<string, Stream>;
}

/** Lines that are kept apart. */
const MAX_LINES = 1_000;

/** The points of one metric, by lines. They may come in any order. */
export class ChartPoints {
  readonly #lines = new Map<string, Line>();
  #kind: ChartKind | undefined;
  #unit: string | undefined;
  #description: string | undefined;
  #isAdditive = false;
  #left = 0;
  #count = 0;

  /** That of the point which was added first. */
  get kind(): ChartKind {
    return this.#kind ?? 'sample';
  }

  get unit(): string | undefined {
    return this.#unit;
  }

  get description(): string | undefined {
    return this.#description;
  }

  /** Whether values are parts of a growing sum, so that their rate is what matters. */
  get isAdditive(): boolean {
    return this.#isAdditive;
  }

  get lines(): Iterable<Line> {
    return this.#lines.values();
  }

  get lineCount(): number {
    return this.#lines.size;
  }

  get count(): number {
    return this.#count;
  }

  /** Points of lines that came when there were too many, and points of another kind. */
  get left(): number {
    return this.#left;
  }

  add(metric: TelemetryMetric): void {
    const { otel, tags = {}, timestamp, value } = metric;
    if (isHistogramPart(metric)) return;
    const kind = kindOf(metric);
    if (this.#kind === undefined) {
      this.#kind = kind;
      this.#unit = otel?.unit ?? (otel?.histogram === undefined ? metric.unit : undefined);
      this.#description = otel?.description;
      this.#isAdditive = kind === 'sum' && (otel?.monotonic === true || otel?.temporality === 'delta');
    }
    const line = kind === this.#kind ? this.#lineOf(tags) : undefined;
    if (line === undefined) {
      this.#left += 1;
      return;
    }
    const key = kind === 'sample' || kind === 'gauge' ? '' : JSON.stringify([otel?.resource, otel?.scopeName]);
    let stream = line.streams.get(key);
    if (stream === undefined)
      line.streams.set(key, (stream = { isCumulative: otel?.temporality === 'cumulative', points: [] }));
    this.#count += 1;
    stream.points.push({
      millis: timestamp.getTime(),
      value,
      histogram: otel?.histogram,
      startMillis: millisOf(otel?.startTimeUnixNano),
      id: metric.metricId,
    });
  }

  /** Puts the points in the order of time; to be called once all are added. */
  sort(): void {
    for (const { streams } of this.#lines.values())
      for (const { points } of streams.values()) points.sort((a, b) => a.millis - b.millis);
  }

  #lineOf(tags: Tags): Line | undefined {
    const names = Object.keys(tags);
    const key = JSON.stringify(names.length < 2 ? tags : names.sort().map((name) => [name, tags[name]]));
    const known = this.#lines.get(key);
    if (known !== undefined || this.#lines.size >= MAX_LINES) return known;
    const line = { tags, streams: new Map<string, Stream>() };
    this.#lines.set(key, line);
    return line;
  }
}

/** The name under which a metric is charted: of a histogram that of its instrument. */
export function chartNameOf({ name, otel }: TelemetryMetric): string {
  return otel?.histogram === undefined ? name : (otel.instrument ?? name);
}

function kindOf({ otel }: TelemetryMetric): ChartKind {
  const kind = otel?.kind;
  if (kind === 'histogram' || kind === 'exponential_histogram') return otel?.histogram === undefined ? 'gauge' : kind;
  return kind ?? 'sample';
}

function millisOf(nanos: string | undefined): number | undefined {
  return nanos !== undefined && /^\d{1,20}$/.test(nanos) ? Number(BigInt(nanos) / 1_000_000n) : undefined;
}
