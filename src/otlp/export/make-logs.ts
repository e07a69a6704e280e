import { classOf } from '../../otel/load-sdk.js';
import type { LogRecordLike, LogRecordProcessorLike } from '../../otel/sdk-types.js';
import type { LossReport } from '../../pipeline/loss-report.js';
import { holdingClock, systemClock } from '../../runtime/system-clock.js';
import { type Batching, batchingOf } from '../config/batching.js';
import { type Endpoint, endpointOf } from '../config/endpoint.js';
import type { WarnOf } from '../config/environment.js';
import type { SignalSettings } from '../config/settings.js';
import { type LogsSerializer, logsSerializerOf } from '../encode/logs-serializer.js';
import type { PackedLogs } from '../encode/packed-logs.js';
import { MAX_CONNECTIONS } from '../send/client.js';
import type { BatchExporter } from './batch-exporter.js';
import { CountedBatchProcessor } from './counted-batch-processor.js';
import { DurableLogProcessor } from './durable-log-processor.js';
import { DurableSender } from './durable-sender.js';
import { type ExportHost, reportTo } from './export-host.js';
import type { OtlpPlan } from './export-parts.js';
import { exporterTo } from './exporter-to.js';
import { type ExporterLike, ForeignExporter } from './foreign-exporter.js';

/** One signal's part of a set-up, and what ends it without waiting. */
export interface MadePart<P> {
  readonly part: P;
  /** Waits no longer for a server: what is in memory is counted as lost, what is on disk stays there. */
  readonly abandon: () => Promise<void>;
}

/** Makes what exports log records, counted as `otlp-logs`. */
export function makeLogs(
  plan: OtlpPlan,
  settings: SignalSettings,
  host: ExportHost,
  who: string,
  warn: WarnOf,
): MadePart<LogRecordProcessorLike> {
  const report = reportTo(host, 'otlp-logs');
  const batching = batchingOf(plan.options, plan.env, warn);
  const { queue } = plan.options;
  if (queue === undefined) {
    const means = meansOf(plan, settings, batching, report, who, warn);
    const processor = new CountedBatchProcessor({ ...means, batching, clock: systemClock, report });
    host.addLedger('otlp-logs', () => processor.figures);
    return { part: processor, abandon: () => processor.abandon() };
  }
  const endpoint = logsEndpoint(plan, settings, batching, warn);
  const sender = new DurableSender({
    signal: 'logs',
    endpoint,
    queue,
    serializer: logsSerializerOf(endpoint.protocol, plan.transformers.logs, who),
    maxItems: batching.isBatchSizeGiven ? batching.maxExportBatchSize : undefined,
    clock: systemClock,
    report,
    who,
  });
  const processor = new DurableLogProcessor({ sender, batching, clock: systemClock, report });
  host.addLedger('otlp-logs', () => processor.figures);
  processor.watchExit();
  // what an earlier process left
  sender.wake();
  return { part: processor, abandon: () => processor.abandon() };
}

/** What exports log records, and what packs those that wait: an exporter of the application's takes records alone. */
interface Means {
  readonly exporter: BatchExporter<readonly LogRecordLike[] | PackedLogs>;
  readonly pack?: LogsSerializer['pack'];
  readonly maxExports?: number;
}

function meansOf(
  plan: OtlpPlan,
  settings: SignalSettings,
  batching: Batching,
  report: LossReport,
  who: string,
  warn: WarnOf,
): Means {
  const module = plan.modules.logsExporter;
  if (module !== undefined) {
    const exporter = new (classOf(module, 'OTLPLogExporter', who))(settings.exporter);
    const foreign = new ForeignExporter({
      exporter: exporter as ExporterLike<unknown>,
      clock: holdingClock,
      timeoutMillis: batching.exportTimeoutMillis,
      report,
    });
    return { exporter: foreign };
  }
  const endpoint = logsEndpoint(plan, settings, batching, warn);
  const serializer = logsSerializerOf(endpoint.protocol, plan.transformers.logs, who);
  // one batch after the other would hold the process for minutes: the processor sees to its end
  const exporter = exporterTo(endpoint, serializer, report, { holdsProcess: false });
  return { exporter, pack: serializer.pack, maxExports: MAX_CONNECTIONS };
}

/** No export takes longer than `OTEL_BLRP_EXPORT_TIMEOUT` allows. */
function logsEndpoint(plan: OtlpPlan, settings: SignalSettings, batching: Batching, warn: WarnOf): Endpoint {
  const endpoint = endpointOf(settings, 'logs', plan.options, plan.env, warn);
  return { ...endpoint, timeoutMillis: Math.min(endpoint.timeoutMillis, batching.exportTimeoutMillis) };
}
