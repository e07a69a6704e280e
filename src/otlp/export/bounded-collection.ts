import type { MetricProducerLike } from '../../otel/metric-reader.js';
import type { MetricReaderLike } from '../../otel/sdk-types.js';
import { deadlineOf, leftUntil } from '../../runtime/deadline.js';

type Flush = (options?: { timeoutMillis?: number }) => Promise<void>;
type Flushing = Record<'forceFlush' | 'shutdown', Flush> & { setMetricProducer(producer: MetricProducerLike): void };

/**
 * Has a periodic reader of the SDK's keep to the time of a flush. It waits for callbacks of observable instruments as
 * long as an export may take, 30 s, whatever time it is given: one that hangs would take the time of all other metrics,
 * and hold the process beyond it. Half of the time is for callbacks, the rest for the export.
 */
export function boundCollections(part: MetricReaderLike): void {
  const reader = part as unknown as Flushing;
  const deadlines = new Set<{ readonly millis: number }>();
  const setMetricProducer = reader.setMetricProducer.bind(reader);
  reader.setMetricProducer = (producer) =>
    setMetricProducer({
      collect: (options) => {
        if (deadlines.size === 0) return producer.collect(options);
        const given = options?.timeoutMillis ?? Number.POSITIVE_INFINITY;
        const left = Array.from(deadlines, ({ millis }) => leftUntil(millis) / 2);
        return producer.collect({ ...options, timeoutMillis: Math.min(given, ...left) });
      },
    });
  for (const name of ['forceFlush', 'shutdown'] as const) {
    const flush = reader[name].bind(reader);
    reader[name] = async (options) => {
      if (typeof options?.timeoutMillis !== 'number') return flush(options);
      const deadline = { millis: deadlineOf(options) };
      deadlines.add(deadline);
      try {
        await flush(options);
      } finally {
        deadlines.delete(deadline);
      }
    };
  }
}
