import { INTERNALS } from '../collector/internals.js';
import { classOf, functionOf, ModuleLoader } from '../otel/load-sdk.js';
import { RimpMetricReader } from '../otel/metric-reader.js';
import { RimpLogRecordProcessor } from '../otel/processor.js';
import type { FlushableLike, LoggerProviderLike, MeterProvider } from '../otel/sdk-types.js';
import { onceEach } from '../otlp/config/environment.js';
import { logRecordLimitsOf } from '../otlp/config/log-record-limits.js';
import { otlpVariable, type Signal } from '../otlp/config/settings.js';
import { makeOtlpParts, type OtlpParts, planOtlp } from '../otlp/export/export-parts.js';
import { consoleProcessor, consoleReader } from './console-parts.js';
import { type Exporters, exportersOf } from './exporter-names.js';
import type { Others, SetUp } from './make-providers.js';
import { checkResourceVariable } from './resource-variable.js';
import type { StartTelemetryOptions } from './start-telemetry.js';

const NOWHERE: Exporters = { otlp: false, console: false, prometheus: false };

/** The providers that a set-up makes itself. */
interface Own {
  readonly loggerProvider: (LoggerProviderLike & FlushableLike) | undefined;
  readonly meterProvider: (MeterProvider & FlushableLike) | undefined;
  readonly otlp: OtlpParts | undefined;
}

/**
 * Makes the providers that nobody else has.
 *
 * @throws TelemetryError `RIMP_MISSING_PACKAGE` that says what to install.
 */
export function makeOwn({ who, options, collector, env, warn }: SetUp, shared: Others): Own {
  const warnOf = onceEach((variable, what) => warn(`environment:${variable}`, what));
  const loader = new ModuleLoader(who);
  const modules = options.modules ?? {};
  const to = {
    logs: shared.logs ? NOWHERE : exporters('logs'),
    metrics: shared.metrics ? NOWHERE : exporters('metrics'),
  };
  const asked = {
    logs: to.logs.otlp ?? otlpVariable(env, 'logs', 'ENDPOINT') !== undefined,
    metrics: to.metrics.otlp ?? otlpVariable(env, 'metrics', 'ENDPOINT') !== undefined,
  };
  const plan = options.otlp === false ? undefined : planOtlp(options.otlp ?? {}, env, modules, loader, asked, warnOf);
  const sdkLogs = shared.logs ? undefined : loader.load(modules.sdkLogs, '@opentelemetry/sdk-logs');
  const sdkMetrics = shared.metrics ? undefined : loader.load(modules.sdkMetrics, '@opentelemetry/sdk-metrics');
  const resources = (sdkLogs ?? sdkMetrics) ? loader.load(modules.resources, '@opentelemetry/resources') : undefined;
  loader.check();
  const internals = collector[INTERNALS];
  const otlp = plan && makeOtlpParts(plan, { logs: internals, metrics: internals }, who, warnOf);
  if (resources !== undefined) checkResourceVariable(env, (what) => warn('environment:OTEL_RESOURCE_ATTRIBUTES', what));
  const resource = resources && makeResource(resources, options, who);
  const loggerProvider =
    sdkLogs &&
    new (classOf(sdkLogs, 'LoggerProvider', who))({
      resource,
      logRecordLimits: logRecordLimitsOf(env, warnOf),
      // in this order: what the first ones redact neither RIMP nor OTLP sees
      processors: [
        ...(options.processors ?? []),
        new RimpLogRecordProcessor(collector),
        ...(otlp?.processor ? [otlp.processor] : []),
        ...(to.logs.console ? [consoleProcessor(sdkLogs, who)] : []),
      ],
    });
  const meterProvider =
    sdkMetrics &&
    new (classOf(sdkMetrics, 'MeterProvider', who))({
      resource,
      readers: [
        ...(options.readers ?? []),
        new RimpMetricReader(collector, readerOptions(options)),
        ...(otlp?.reader ? [otlp.reader] : []),
        ...(to.metrics.console ? [consoleReader(sdkMetrics, who)] : []),
      ],
    });
  return { loggerProvider, meterProvider, otlp } as Own;

  function exporters(signal: Signal): Exporters {
    const found = exportersOf(signal, env, warnOf);
    if (found.prometheus && options.readers === undefined) {
      warn(
        'environment:OTEL_METRICS_EXPORTER',
        `OTEL_METRICS_EXPORTER: ${who} does not serve "prometheus" by itself: give it ` +
          '"readers: [new PrometheusExporter()]" of @opentelemetry/exporter-prometheus',
      );
    }
    return found;
  }
}

/** What RIMP's reader is given. */
export function readerOptions(options: StartTelemetryOptions): { readonly collectIntervalMillis?: number } {
  return options.collectIntervalMillis === undefined ? {} : { collectIntervalMillis: options.collectIntervalMillis };
}

function makeResource(
  resources: Readonly<Record<string, unknown>>,
  options: StartTelemetryOptions,
  who: string,
): object {
  type Resource = { merge(other: unknown): Resource };
  const fromAttributes = functionOf(resources, 'resourceFromAttributes', who);
  const detected = functionOf(resources, 'detectResources', who)({ detectors: [resources.envDetector] });
  const attributes: Record<string, unknown> = { 'process.pid': process.pid, ...options.resourceAttributes };
  if (options.serviceName !== undefined) attributes['service.name'] = options.serviceName;
  const base = functionOf(resources, 'defaultResource', who)() as Resource;
  return base.merge(detected).merge(fromAttributes(attributes));
}
