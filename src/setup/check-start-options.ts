import { isConfigField } from '../collector/config-fields.js';
import { TelemetryError } from '../model/errors.js';
import {
  ANY_OBJECT,
  BOOLEAN,
  checkOptions,
  objectOf,
  POSITIVE_NUMBER,
  type Rule,
  type Rules,
  TEXT,
  withPresentNames,
} from '../model/options.js';
import { BRIDGE } from '../otel/bridge.js';
import type { SdkModules } from '../otel/load-sdk.js';
import { checkOtlpOptions, type OtlpOptions } from '../otlp/config/settings.js';
import type { StartTelemetryOptions } from './start-telemetry.js';

const MODULE_RULES: Readonly<Record<keyof SdkModules, Rule>> = {
  sdkLogs: ANY_OBJECT,
  sdkMetrics: ANY_OBJECT,
  resources: ANY_OBJECT,
  logsExporter: ANY_OBJECT,
  metricsExporter: ANY_OBJECT,
  prometheusExporter: ANY_OBJECT,
  otlpTransformer: ANY_OBJECT,
};

/** `false`, or options that {@link checkOtlp} looks into. */
export const OTLP: Rule = {
  isRight: (value) => value === false || ANY_OBJECT.isRight(value),
  expected: 'false or an object',
};
export const MODULES: Rule = objectOf(MODULE_RULES);
export const PROCESSORS: Rule = listOf('onEmit', 'log record processors');
export const SPAN_PROCESSORS: Rule = listOf('onEnd', 'span processors');
export const READERS: Rule = listOf('setMetricProducer', 'metric readers');

const RULES: Readonly<Record<keyof StartTelemetryOptions, Rule>> & Rules = {
  config: ANY_OBJECT,
  collectorOptions: ANY_OBJECT,
  collector: {
    isRight: (value) => ANY_OBJECT.isRight(value) && (value as Record<symbol, unknown>)[BRIDGE] !== undefined,
    expected: 'a TelemetryCollector',
  },
  serviceName: TEXT,
  resourceAttributes: {
    isRight: (value) =>
      ANY_OBJECT.isRight(value) &&
      Object.values(value as object).every((one) => ['string', 'number', 'boolean', 'undefined'].includes(typeof one)),
    expected: 'an object whose values are strings, numbers or booleans',
  },
  otlp: OTLP,
  processors: PROCESSORS,
  readers: READERS,
  collectIntervalMillis: POSITIVE_NUMBER,
  register: BOOLEAN,
  shutdownOnSignals: BOOLEAN,
  modules: MODULES,
};

/** The present names of options that had another one in an earlier version. */
export const EARLIER_NAMES = { readerIntervalMillis: 'collectIntervalMillis' } as const;

/**
 * The options, checked, under their present names.
 *
 * @throws TelemetryError `RIMP_INVALID_ARGUMENT` if an option is misspelt, of the wrong kind, or contradicts another.
 */
export function checkStartOptions(who: string, given: StartTelemetryOptions): StartTelemetryOptions {
  const options = withPresentNames(who, given, EARLIER_NAMES);
  const misplaced = ANY_OBJECT.isRight(options) && Object.keys(options).find(isConfigField);
  if (typeof misplaced === 'string') {
    throw new TelemetryError(
      'RIMP_INVALID_ARGUMENT',
      `${who}: unknown option "${misplaced}": it is a field of "config": ${who}({ config: { ${misplaced}: … } })`,
    );
  }
  checkOptions(who, options, RULES);
  if (options.collector !== undefined && (options.config !== undefined || options.collectorOptions !== undefined)) {
    throw new TelemetryError(
      'RIMP_INVALID_ARGUMENT',
      `${who}: expected either "collector", or "config" and "collectorOptions", got both`,
    );
  }
  checkOtlp(who, options.otlp);
  return options;
}

/** @throws TelemetryError `RIMP_INVALID_ARGUMENT` that names the option of `otlp`, what was expected and what came. */
export function checkOtlp(who: string, otlp: false | OtlpOptions | undefined): void {
  if (otlp !== undefined && otlp !== false) checkOtlpOptions(otlp, who);
}

function listOf(method: string, what: string): Rule {
  return {
    isRight: (value) =>
      Array.isArray(value) &&
      value.every((one) => typeof (one as Record<string, unknown> | null | undefined)?.[method] === 'function'),
    expected: `a list of ${what}, each with ${method}()`,
  };
}
