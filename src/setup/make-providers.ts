import type { TelemetryCollector } from '../collector/collector.js';
import { RimpLogRecordProcessor } from '../otel/processor.js';
import { registeredMetrics } from '../otel/registered.js';
import type { FlushableLike, LoggerProviderLike, MeterProvider } from '../otel/sdk-types.js';
import type { Env } from '../otlp/config/settings.js';
import { attachProcessor, attachReader } from './attach.js';
import { globalLogs, registerLogs, registerMetrics } from './globals.js';
import { makeOwn, readerOptions } from './own-providers.js';
import type { StartTelemetryOptions } from './start-telemetry.js';

/** Warns of what is odd, by kind. */
export type Warn = (kind: string, what: string) => void;

/** What a set-up is made of. */
export interface SetUp {
  /** Whom an error is to name. */
  readonly who: string;
  readonly options: StartTelemetryOptions;
  readonly collector: TelemetryCollector;
  readonly env: Env;
  readonly warn: Warn;
}

/** The providers of a set-up. */
export interface MadeProviders {
  readonly loggerProvider: LoggerProviderLike & FlushableLike;
  readonly meterProvider: MeterProvider & FlushableLike;
  /** Gives the globals back, and waits for no server any longer. */
  readonly end: () => Promise<void>;
}

/** The global providers that somebody else has registered. */
export interface Others {
  readonly logs: (LoggerProviderLike & FlushableLike) | undefined;
  readonly metrics: (MeterProvider & FlushableLike) | undefined;
}

/**
 * Makes providers of the application's SDK, and registers them. If somebody has registered providers already, our parts are
 * added to those; they do for the collector as well, unless options ask for exporters, processors or a resource of our own.
 *
 * @throws TelemetryError `RIMP_MISSING_PACKAGE` that says what to install.
 */
export function makeProviders(setUp: SetUp): MadeProviders {
  const { options, collector } = setUp;
  const undo: (() => unknown)[] = [];
  const end = async (): Promise<void> => {
    await Promise.all(undo.splice(0).map((step) => step()));
  };
  try {
    const others = attachToOthers(setUp, undo);
    const shared: Others = hasOwnWishes(options) ? { logs: undefined, metrics: undefined } : others;
    const own = makeOwn(setUp, shared);
    if (own.otlp !== undefined) undo.push(own.otlp.abandon);
    const { loggerProvider, meterProvider } = own;
    if (loggerProvider ?? meterProvider) {
      collector.useProviders({
        ...(loggerProvider && { loggerProvider }),
        ...(meterProvider && { meterProvider }),
        own: true,
      });
    }
    if (options.register !== false) {
      if (loggerProvider && others.logs === undefined) undo.push(registerLogs(loggerProvider) ?? (() => undefined));
      if (meterProvider && others.metrics === undefined) undo.push(registerMetrics(meterProvider) ?? (() => undefined));
    }
    return {
      // one of the two is there for each signal
      loggerProvider: (loggerProvider ?? shared.logs) as MadeProviders['loggerProvider'],
      meterProvider: (meterProvider ?? shared.metrics) as MadeProviders['meterProvider'],
      end,
    };
  } catch (error) {
    void end();
    throw error;
  }
}

/** Whether options ask for something that somebody else's providers can't be given. */
function hasOwnWishes(options: StartTelemetryOptions): boolean {
  const { otlp, processors, readers, serviceName, resourceAttributes } = options;
  const given = [processors, readers, serviceName, resourceAttributes].some((option) => option !== undefined);
  return given || (otlp !== undefined && otlp !== false);
}

/** Adds our parts to providers that are registered already; those that can't be added to don't count. */
function attachToOthers({ options, collector, warn }: SetUp, undo: (() => unknown)[]): Others {
  if (options.register === false) return { logs: undefined, metrics: undefined };
  const note = (what: string): void => warn('registered_already', what);
  const logs = globalLogs();
  const metrics = registeredMetrics();
  const processor = logs && new RimpLogRecordProcessor(collector);
  const detachLogs = logs && processor && attachProcessor(logs, processor);
  const detachMetrics = metrics && attachReader(metrics, collector, readerOptions(options));
  if (logs && detachLogs === undefined) note(cantAttach('logger provider', 'RimpLogRecordProcessor'));
  if (metrics && detachMetrics === undefined) note(cantAttach('meter provider', 'RimpMetricReader'));
  if (hasOwnWishes(options) && (detachLogs ?? detachMetrics) !== undefined) {
    note(
      'OpenTelemetry is set up already, and stays as it is: what libraries emit reaches RIMP, while exporters, processors ' +
        'and resource of this set-up apply to what the collector itself collects',
    );
  }
  undo.push(...[detachLogs, detachMetrics].filter((step) => step !== undefined));
  return { logs, metrics };
}

/** What somebody has to know whose provider is not like the SDK's. */
export function cantAttach(what: string, part: string): string {
  return (
    `a ${what} that ${part} can't be added to is registered already: what libraries emit there does not reach RIMP; ` +
    `give that ${what} a ${part} where it is made (with NodeSDK: nodeSdkOptions(collector))`
  );
}
