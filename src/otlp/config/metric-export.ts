import { type Env, firstRight, millis, type WarnOf, warnByDiag, word } from './environment.js';
import type { OtlpOptions } from './settings.js';

const DEFAULT_INTERVAL_MILLIS = 60_000;
const DEFAULT_TIMEOUT_MILLIS = 30_000;

/** Milliseconds between exports of metrics. */
export function exportInterval(options: OtlpOptions, env: Env, warn: WarnOf = warnByDiag): number {
  const given = options.exportIntervalMillis ?? firstRight(env, ['OTEL_METRIC_EXPORT_INTERVAL'], millis(1), warn);
  return given ?? DEFAULT_INTERVAL_MILLIS;
}

/** The longest that a collection and its export may take: no longer than the interval, which the SDK wants. */
export function exportTimeout(intervalMillis: number, env: Env, warn: WarnOf): number {
  const given = firstRight(env, ['OTEL_METRIC_EXPORT_TIMEOUT'], millis(1), warn);
  return Math.min(intervalMillis, given ?? DEFAULT_TIMEOUT_MILLIS);
}

/** `AggregationTemporality` of both SDKs. */
const DELTA = 0;
const CUMULATIVE = 1;
const VARIABLE = 'OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE';
const DELTA_TYPES = {
  cumulative: [],
  delta: ['COUNTER', 'OBSERVABLE_COUNTER', 'GAUGE', 'HISTOGRAM', 'OBSERVABLE_GAUGE'],
  lowmemory: ['COUNTER', 'HISTOGRAM'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** Which instruments are exported as deltas, as OpenTelemetry's own exporter reads its variable. */
export function temporalityOf(env: Env, warn: WarnOf): (instrumentType: string) => number {
  const preference = firstRight(env, [VARIABLE], word('cumulative', 'delta', 'lowmemory'), warn) ?? 'cumulative';
  const types: readonly string[] = DELTA_TYPES[preference];
  return (instrumentType) => (types.includes(instrumentType) ? DELTA : CUMULATIVE);
}
