import { toError } from '../../model/errors.js';
import type { TelemetryItem } from '../../model/item.js';
import { ResourcePicker } from '../../otel/resource.js';
import { eventOfRecord } from '../../otel/transform/log-record-transform.js';
import { metricsOfData } from '../../otel/transform/metric-transform.js';
import { eventOfSpan } from '../../otel/transform/span-transform.js';
import type { Decoder } from '../../otlp/decode/decoder.js';
import { JsonDecoder } from '../../otlp/decode/json.js';
import { logRecordsOf } from '../../otlp/decode/logs.js';
import { metricsOf } from '../../otlp/decode/metrics.js';
import { Rejected } from '../../otlp/decode/parts.js';
import { spansOf } from '../../otlp/decode/spans.js';
import type { OtherLines } from '../../storage/file/block-decoder.js';

const FORM = /^\s*\{\s*"resource(Logs|Metrics|Spans)"/;
const nothing = (): void => undefined;

/** Requests of OTLP in JSON, one a line, as the Collector's file exporter writes them. */
export class OtlpLines implements OtherLines {
  readonly #resources = new ResourcePicker('all', undefined);

  isOne(text: string): boolean {
    return FORM.test(text);
  }

  itemsOf(text: string, skip: (reason: string, count: number, what: string) => void): readonly TelemetryItem[] {
    const items: TelemetryItem[] = [];
    const signal = FORM.exec(text)?.[1];
    try {
      const decoder = lastOf(JsonDecoder.open(Buffer.from(text), nothing));
      for (const part of this.#itemsOf(signal, decoder)) {
        if (part instanceof Rejected) skip('rejected', part.items, part.reason);
        else items.push(part);
      }
    } catch (error) {
      skip('not_otlp', 1, toError(error).message);
    }
    return items;
  }

  #itemsOf(signal: string | undefined, decoder: Decoder): Generator<TelemetryItem | Rejected> {
    if (signal === 'Spans') return this.#spans(decoder);
    return signal === 'Logs' ? this.#events(decoder) : this.#metrics(decoder);
  }

  *#spans(decoder: Decoder): Generator<TelemetryItem | Rejected> {
    for (const span of spansOf(decoder)) {
      if (span instanceof Rejected) yield span;
      else if (span !== undefined) yield eventOfSpan(span, this.#resources.pick(span.resource), Date.now());
    }
  }

  *#events(decoder: Decoder): Generator<TelemetryItem | Rejected> {
    for (const record of logRecordsOf(decoder)) {
      if (record instanceof Rejected) yield record;
      else if (record !== undefined) yield eventOfRecord(record, this.#resources.pick(record.resource), Date.now());
    }
  }

  *#metrics(decoder: Decoder): Generator<TelemetryItem | Rejected> {
    for (const part of metricsOf(decoder)) {
      if (part instanceof Rejected) yield part;
      else if (part !== undefined)
        yield* metricsOfData(part.data, part.scope, this.#resources.pick(part.resource), Date.now());
    }
  }
}

/** What work in steps comes to, if it is done at once. */
function lastOf<T>(work: Generator<undefined, T>): T {
  let step = work.next();
  while (step.done !== true) step = work.next();
  return step.value;
}
