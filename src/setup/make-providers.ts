import type { TelemetryCollector } from '../collector/collector.js';
import { RimpLogRecordProcessor } from '../otel/processor.js';
import { registeredMetrics } from '../otel/registered.js';
import type { FlushableLike, LoggerProviderLike, MeterProvider } from '../otel/sdk-types.js';
import type { Env } from '../otlp/config/settings.js';
import { type AttachOptions, attachProcessor } from './attach-processor.js';
import { attachReader } from './attach-reader.js';
import { globalLogs, registerLogs, registerMetrics } from './globals.js';
import { makeOwn, readerOptions } from './own-providers.js';
import type { StartTelemetryOptions } from './start-telemetry.js';
import { holdPlace, isOurs, succeed } from './succession.js';
import type { Warn } from './warn.js';

/** What a set-up is made of. */
export interface SetUp {
  /** The name that an error message begins with. */
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

/** The global providers that somebody has registered. */
export interface Others {
  readonly logs: (LoggerProviderLike & FlushableLike) | undefined;
  readonly metrics: (MeterProvider & FlushableLike) | undefined;
}

const NOBODY: Others = { logs: undefined, metrics: undefined };

/**
 * Makes providers of the application's SDK, and registers them. If somebody has registered providers already, our parts are
 * added to those; they do for the collector as well, unless options ask for exporters, processors or a resource of our own.
 * Those of an earlier set-up of ours never do: when it ends, this one's become the global ones.
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
    const others = globalsFor(options);
    noteOthers(setUp, others);
    const shared: Others = hasOwnWishes(options)
      ? NOBODY
      : { logs: foreign(others.logs), metrics: foreign(others.metrics) };
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
      takePlace(setUp, LOGS, loggerProvider, undo);
      takePlace(setUp, METRICS, meterProvider, undo);
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

/** The global providers, unless they don't matter. */
function globalsFor({ register }: StartTelemetryOptions): Others {
  return register === false ? NOBODY : { logs: globalLogs(), metrics: registeredMetrics() };
}

/** A provider that is not one of ours. */
function foreign<P extends object>(provider: P | undefined): P | undefined {
  return provider === undefined || isOurs(provider) ? undefined : provider;
}

/** Says what becomes of wishes if somebody has set OpenTelemetry up already. */
function noteOthers({ options, warn }: SetUp, others: Others): void {
  if (!hasOwnWishes(options) || (foreign(others.logs) ?? foreign(others.metrics)) === undefined) return;
  warn(
    'registered_already',
    'OpenTelemetry is set up already, and stays as it is: what libraries emit reaches RIMP, while exporters, processors ' +
      'and resource of this set-up apply to what the collector itself collects',
  );
}

/** How one signal's provider is registered, and how our part is added to the one that is. */
interface Place<P extends object> {
  current(): P | undefined;
  register(provider: P): (() => void) | undefined;
  attach(to: P, setUp: SetUp, options: AttachOptions): (() => void) | undefined;
  readonly what: string;
  readonly part: string;
}

const LOGS: Place<LoggerProviderLike> = {
  current: globalLogs,
  register: registerLogs,
  attach: (to, { collector }, options) => attachProcessor(to, new RimpLogRecordProcessor(collector), options),
  what: 'logger provider',
  part: 'RimpLogRecordProcessor',
};
const METRICS: Place<MeterProvider> = {
  current: registeredMetrics,
  register: registerMetrics,
  attach: (to, { collector, options: given }, options) =>
    attachReader(to, collector, { ...readerOptions(given), ...options }),
  what: 'meter provider',
  part: 'RimpMetricReader',
};

/**
 * Registers a provider, if there is one, unless another one is the global one: then our part is added to that, and if it
 * belongs to a set-up of ours, ours takes its place when that ends.
 */
function takePlace<P extends object>(setUp: SetUp, place: Place<P>, own: P | undefined, undo: (() => unknown)[]): void {
  const other = place.current();
  if (other !== undefined) {
    const outlive = isOurs(other);
    const detach = place.attach(other, setUp, { outlive });
    if (detach === undefined) setUp.warn('registered_already', cantAttach(place.what, place.part));
    else undo.push(detach);
    if (outlive) undo.push(succeed(other, () => takePlace(setUp, place, own, undo)));
    return;
  }
  const unregister = own && place.register(own);
  if (own === undefined || unregister === undefined) return;
  const giveUp = holdPlace(own);
  undo.push(() => {
    unregister();
    giveUp();
  });
}

/** What somebody has to know whose provider is not like the SDK's. */
export function cantAttach(what: string, part: string): string {
  return (
    `a ${what} that ${part} can't be added to is registered already: what libraries emit there does not reach RIMP; ` +
    `give that ${what} a ${part} where it is made (with NodeSDK: nodeSdkOptions(collector))`
  );
}
