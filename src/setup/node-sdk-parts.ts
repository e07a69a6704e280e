import type { TelemetryCollector } from '../collector/collector.js';
import { INTERNALS } from '../collector/internals.js';
import { classOf, ModuleLoader, type SdkModules } from '../otel/load-sdk.js';
import type { LogRecordProcessorLike, MetricReaderLike } from '../otel/sdk-types.js';
import { onceEach, type WarnOf } from '../otlp/config/environment.js';
import { type Env, type OtlpOptions, otlpVariable, type Signal } from '../otlp/config/settings.js';
import type { ExportHost } from '../otlp/export/export-host.js';
import { makeOtlpParts, type OtlpPlan, planOtlp } from '../otlp/export/export-parts.js';
import { versionInApplication } from '../runtime/application-require.js';
import { consoleProcessor, consoleReader } from './console-parts.js';
import { type Exporters, nodeSdkExportersOf, variableOf } from './exporter-names.js';
import { isAtLeast } from './version-order.js';
import type { Warn } from './warn.js';

/** What `NodeSDK` would build of an environment. */
export interface BuiltParts {
  readonly processors: readonly LogRecordProcessorLike[];
  readonly readers: readonly MetricReaderLike[];
}

type Module = Readonly<Record<string, unknown>>;

/** What nodeSdkOptions is asked for. */
export interface PartsWanted {
  readonly otlp: false | OtlpOptions | undefined;
  readonly modules: SdkModules;
  /** Is told what is odd about the environment. */
  readonly warn: Warn;
}

const NODE_SDK = '@opentelemetry/sdk-node';
/** Until then, `NodeSDK` exported metrics only if `OTEL_METRICS_EXPORTER` said so. */
const METRICS_BY_DEFAULT = '0.209.0-0';
/** Until then, `NodeSDK` took one metric reader. */
const MANY_READERS = '0.204.0-0';

/** What is known of the application's `NodeSDK`; one that can't be found, such as a bundled one, counts as a new one. */
export interface NodeSdkTraits {
  readonly exportsMetricsByDefault: boolean;
  readonly takesManyReaders: boolean;
  /** Whether it registers with `@opentelemetry/api`; `undefined`: nobody knows. */
  readonly isThirdGeneration: boolean | undefined;
}

/** Looks at the version of the application's `NodeSDK`. */
export function nodeSdkTraits(version: string | undefined = versionInApplication(NODE_SDK)): NodeSdkTraits {
  const from = (first: string): boolean => version === undefined || isAtLeast(version, first);
  return {
    exportsMetricsByDefault: from(METRICS_BY_DEFAULT),
    takesManyReaders: from(MANY_READERS),
    isThirdGeneration: version === undefined ? undefined : isAtLeast(version, '0.300.0'),
  };
}

/**
 * Builds the processors and readers that `NodeSDK` would build of the same environment if it were given none: it builds
 * none as soon as it is given some. Its OTLP parts are counted, and options take the place of `OTEL_EXPORTER_OTLP_*`.
 *
 * @throws TelemetryError `RIMP_MISSING_PACKAGE` that says what to install.
 */
export function buildNodeSdkParts(
  wanted: PartsWanted,
  env: Env,
  traits: NodeSdkTraits,
  collector: TelemetryCollector,
  who: string,
): BuiltParts {
  const warn = onceEach((variable, what) => wanted.warn(`environment:${variable}`, what));
  const logs = nodeSdkExportersOf('logs', env, true, warn);
  const metrics = nodeSdkExportersOf('metrics', env, traits.exportsMetricsByDefault, warn);
  const { modules } = wanted;
  const loader = new ModuleLoader(who, NODE_SDK);
  const plan = wanted.otlp === false ? undefined : planOf(wanted.otlp, { logs, metrics }, env, modules, loader, warn);
  const sdkLogs = logs.console ? loader.load(modules.sdkLogs, '@opentelemetry/sdk-logs') : undefined;
  const sdkMetrics = metrics.console ? loader.load(modules.sdkMetrics, '@opentelemetry/sdk-metrics') : undefined;
  const prometheus = metrics.prometheus
    ? loader.load(modules.prometheusExporter, '@opentelemetry/exporter-prometheus')
    : undefined;
  loader.check();
  const internals = collector[INTERNALS];
  const hostOf = (signal: Signal): ExportHost =>
    wanted.otlp === undefined && !asksForOtlp(signal, env) ? internals.impliedExporters : internals;
  const otlp = plan && makeOtlpParts(plan, { logs: hostOf('logs'), metrics: hostOf('metrics') }, who, warn);
  const readers: (MetricReaderLike | undefined)[] = [
    otlp?.reader,
    sdkMetrics && consoleReader(sdkMetrics, who),
    prometheus && (new (classOf(prometheus, 'PrometheusExporter', who))(prometheusAddress(env)) as MetricReaderLike),
  ];
  const processors = [otlp?.processor, sdkLogs && consoleProcessor(sdkLogs, who)];
  return {
    processors: processors.filter((part) => part !== undefined),
    readers: readers.filter((part) => part !== undefined),
  };
}

/** Where Prometheus is served: the exporter of SDK 2.x reads the variables itself, that of 3.x is told by `NodeSDK`. */
function prometheusAddress(env: Env): { readonly host?: string; readonly port?: number } {
  const host = env.OTEL_EXPORTER_PROMETHEUS_HOST?.trim() ?? '';
  const port = Number(env.OTEL_EXPORTER_PROMETHEUS_PORT?.trim() ?? '');
  return { ...(host !== '' && { host }), ...(port > 0 && { port }) };
}

/**
 * Whether the environment asks for OTLP for a signal: `NodeSDK` also sends to its default if nobody did. What is said of
 * another signal, such as an endpoint of traces or `OTEL_METRICS_EXPORTER=none`, asks for nothing here.
 */
function asksForOtlp(signal: Signal, env: Env): boolean {
  const isSet = (name: string): boolean => (env[name]?.trim() ?? '') !== '';
  return (
    isSet(variableOf(signal)) ||
    Object.keys(env).some((name) => {
      const of = /^OTEL_EXPORTER_OTLP_(?:(TRACES|LOGS|METRICS|PROFILES)_)?/.exec(name);
      return of !== null && (of[1] === undefined || of[1] === signal.toUpperCase()) && isSet(name);
    })
  );
}

/** The OTLP exporters: those that options describe, else `NodeSDK`'s, gRPC included. */
function planOf(
  options: OtlpOptions | undefined,
  to: Readonly<Record<Signal, Exporters>>,
  env: Env,
  modules: SdkModules,
  loader: ModuleLoader,
  warn: WarnOf,
): OtlpPlan {
  const asked = { logs: to.logs.otlp === true, metrics: to.metrics.otlp === true };
  if (options !== undefined) return planOtlp(options, env, modules, loader, asked, warn);
  const grpc = (signal: Signal): Module | undefined =>
    asked[signal] && otlpVariable(env, signal, 'PROTOCOL') === 'grpc'
      ? loader.load(
          signal === 'logs' ? modules.logsExporter : modules.metricsExporter,
          `@opentelemetry/exporter-${signal}-otlp-grpc`,
        )
      : undefined;
  const overGrpc = { logs: grpc('logs'), metrics: grpc('metrics') };
  const overHttp = { logs: asked.logs && !overGrpc.logs, metrics: asked.metrics && !overGrpc.metrics };
  const plan = planOtlp({}, env, modules, loader, overHttp, warn);
  // an exporter over gRPC takes all that it needs from the environment
  const settings = { protocol: 'http/protobuf', exporter: {} } as const;
  return {
    ...plan,
    logs: overGrpc.logs ? settings : plan.logs,
    metrics: overGrpc.metrics ? settings : plan.metrics,
    modules: {
      ...plan.modules,
      logsExporter: overGrpc.logs ?? plan.modules.logsExporter,
      metricsExporter: overGrpc.metrics ?? plan.modules.metricsExporter,
      sdkLogs: plan.modules.sdkLogs ?? (overGrpc.logs && loader.load(modules.sdkLogs, '@opentelemetry/sdk-logs')),
      sdkMetrics:
        plan.modules.sdkMetrics ?? (overGrpc.metrics && loader.load(modules.sdkMetrics, '@opentelemetry/sdk-metrics')),
    },
  };
}
