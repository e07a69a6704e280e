import { TelemetryError, toError } from '../../model/errors.js';
import type { LogRecordProcessorLike, ResourceMetricsLike } from '../../otel/sdk-types.js';
import { Ledger } from '../../pipeline/counters.js';
import { onExit } from '../../runtime/exit-hook.js';
import { systemClock } from '../../runtime/system-clock.js';
import type { Endpoint } from '../config/endpoint.js';
import type { OtlpOptions, OtlpQueueOptions, Signal } from '../config/settings.js';
import { loadTransformer, type Serialized, type Serializer, serializerOf } from '../encode/serializer.js';
import { pointsOf } from '../points.js';
import { DurableQueue } from '../queue/durable-queue.js';
import { OtlpClient } from '../send/client.js';
import { Delivery } from '../send/delivery.js';
import { DEFAULT_MAX_QUEUE_SIZE } from './counted-batch-processor.js';
import type { ExporterLike } from './counted-export.js';
import { DurableLogProcessor } from './durable-log-processor.js';
import type { ExportHost } from './export-host.js';

/** Bytes of one signal that may wait. */
const DEFAULT_MAX_BYTES = 512 * 1024 * 1024;

/** One signal's way to the endpoint. */
interface Way<S extends Signal> {
  readonly queue: DurableQueue;
  readonly delivery: Delivery;
  readonly ledger: Ledger;
  readonly serializer: Serializer<Serialized[S]>;
  /** Sends nothing more and leaves what waits to the next process. */
  readonly abandon: () => Promise<void>;
}

/** What export from a queue on disk needs to know. */
export interface DurableOptions {
  readonly otlp: OtlpOptions;
  readonly queue: OtlpQueueOptions;
  /** `@opentelemetry/otlp-transformer`; default: the application's. */
  readonly transformer: object | undefined;
  readonly host: ExportHost;
  readonly who: string;
}

/** A log record processor that sends from a queue on disk; in the books as `otlp-logs`. */
export function durableLogs(
  options: DurableOptions,
  endpoint: Endpoint,
): { readonly processor: LogRecordProcessorLike; readonly abandon: () => Promise<void> } {
  const holder: { processor?: DurableLogProcessor } = {};
  const way = makeWay('logs', endpoint, options, () => holder.processor?.waiting ?? 0);
  const made = new DurableLogProcessor({
    ...way,
    clock: systemClock,
    maxQueueSize: options.otlp.maxQueueSize ?? DEFAULT_MAX_QUEUE_SIZE,
    report: (kind, what, error) => options.host.report(kind, what, error),
  });
  holder.processor = made;
  const leave = onExit({
    get isPending() {
      return made.waiting > 0;
    },
    beforeExit: () => made.forceFlush(),
    exit: () => made.endNow(),
  });
  const shutdown = made.shutdown.bind(made);
  made.shutdown = () => shutdown().finally(leave);
  way.delivery.wake();
  return { processor: made, abandon: way.abandon };
}

/** Has an exporter of the SDK's write to a queue on disk, and send from there; in the books as `otlp-metrics`. */
export function makeMetricsDurable(
  exporter: ExporterLike<ResourceMetricsLike>,
  options: DurableOptions,
  endpoint: Endpoint,
): { readonly abandon: () => Promise<void> } {
  const { queue, delivery, ledger, serializer, abandon } = makeWay('metrics', endpoint, options, () => 0);
  let shutdown: Promise<void> | undefined;
  Object.assign(exporter, {
    export: (data: ResourceMetricsLike, done: (result: { code: number; error?: Error }) => void) => {
      const points = pointsOf(data);
      ledger.accepted += points;
      try {
        if (points > 0) queue.append(serializer.serialize(data), points);
        delivery.wake();
        done({ code: 0 });
      } catch (error) {
        ledger.dropped.add('not_serializable', points);
        options.host.report('otlp_serialize', `${points} metric points can not be written as OTLP`, error);
        done({ code: 1, error: toError(error) });
      }
    },
    forceFlush: async () => {
      await delivery.drain();
    },
    shutdown: () => {
      shutdown ??= (async () => {
        await delivery.drain({ atOnce: true });
        await delivery.stop();
        await queue.close();
      })();
      return shutdown;
    },
  });
  delivery.wake();
  return { abandon };
}

function makeWay<S extends Signal>(
  signal: S,
  endpoint: Endpoint,
  { queue: given, transformer, host, who }: DurableOptions,
  waiting: () => number,
): Way<S> {
  const { protocol } = endpoint;
  const serializer = serializerOf(signal, protocol, transformer ?? loadTransformer(signal, protocol), who);
  const report = (kind: string, what: string, error?: unknown): void => host.report(kind, what, error);
  const holder: { delivery?: Delivery } = {};
  const ledger = new Ledger(() => waiting() + (queue?.items ?? 0) - (holder.delivery?.settledInFlight ?? 0));
  let queue: DurableQueue | undefined;
  try {
    queue = new DurableQueue({
      directory: given.directory,
      signal,
      protocol,
      maxBytes: given.maxBytes ?? DEFAULT_MAX_BYTES,
      clock: systemClock,
      onLost: (items, reason, error) => {
        ledger.dropped.add(reason, items);
        // what was damaged is reported by itself
        if (reason === 'disk_failed' && error === undefined) return;
        const what = reason === 'queue_full' ? 'full, the oldest items are lost' : 'not writable, items wait in memory';
        report(`otlp_${reason}`, `the OTLP queue in ${given.directory} is ${what}`, error);
      },
      onDamage: (what) => report('otlp_damage', `the OTLP queue: ${what}`),
      onFound: (items) => {
        ledger.accepted += items;
        holder.delivery?.wake();
      },
    });
  } catch (error) {
    throw new TelemetryError(
      'RIMP_INVALID_ARGUMENT',
      `${who}: expected "otlp.queue.directory" to be a directory that can be written, got ${given.directory}: ${toError(error).message}`,
    );
  }
  const made = queue;
  const delivery = new Delivery({
    source: made,
    client: new OtlpClient(endpoint),
    ledger,
    clock: systemClock,
    partialSuccess: (response) => serializer.partialSuccess(response),
    report,
  });
  holder.delivery = delivery;
  host.addLedger(`otlp-${signal}`, () => ledger.figures);
  const abandon = async (): Promise<void> => {
    await delivery.stop({ abort: true });
    await made.close();
  };
  return { queue: made, delivery, ledger, serializer, abandon };
}
