import { DiagLogLevel } from '@opentelemetry/api';
import type { Env } from '../otlp/config/settings.js';

const LEVELS: Readonly<Record<string, DiagLogLevel>> = {
  NONE: DiagLogLevel.NONE,
  ERROR: DiagLogLevel.ERROR,
  WARN: DiagLogLevel.WARN,
  INFO: DiagLogLevel.INFO,
  DEBUG: DiagLogLevel.DEBUG,
  VERBOSE: DiagLogLevel.VERBOSE,
  ALL: DiagLogLevel.ALL,
};

/** The level that `OTEL_LOG_LEVEL` names; `undefined` if it is unset, empty or unknown. */
export function logLevelOf(env: Env): DiagLogLevel | undefined {
  return LEVELS[(env.OTEL_LOG_LEVEL ?? '').trim().toUpperCase()];
}

/** Warns if `OTEL_LOG_LEVEL` names no level. */
export function checkLogLevel(env: Env, warn: (what: string) => void): void {
  const given = env.OTEL_LOG_LEVEL?.trim() ?? '';
  if (given === '' || logLevelOf(env) !== undefined) return;
  const names = Object.keys(LEVELS).map((name) => name.toLowerCase());
  warn(`OTEL_LOG_LEVEL: expected one of ${names.join(', ')}, got "${given}": it is ignored`);
}
