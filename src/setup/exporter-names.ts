import type { WarnOf } from '../otlp/config/environment.js';
import { type Env, listOf, type Signal } from '../otlp/config/settings.js';

/** What one signal is exported to. */
export interface Exporters {
  /** `undefined`: the environment says nothing, so an endpoint decides. */
  readonly otlp: boolean | undefined;
  readonly console: boolean;
  readonly prometheus: boolean;
}

const KNOWN: Readonly<Record<Signal, readonly string[]>> = {
  logs: ['otlp', 'console', 'none'],
  metrics: ['otlp', 'console', 'prometheus', 'none'],
};
const NOTHING: Exporters = { otlp: false, console: false, prometheus: false };

/**
 * The exporters that `OTEL_LOGS_EXPORTER` or `OTEL_METRICS_EXPORTER` names, as the specification reads it ("Enum"): in any
 * case of letters, and a value that nobody knows is warned of and ignored.
 */
export function exportersOf(signal: Signal, env: Env, warn: WarnOf): Exporters {
  const names = namesOf(signal, env).map((name) => name.toLowerCase());
  const known = names.filter((name) => KNOWN[signal].includes(name));
  warnOfNames(signal, env, names, known.length === 0 ? 'it is ignored' : 'the others count', warn);
  return known.length === 0 ? { ...NOTHING, otlp: undefined } : exportersIn(known);
}

/**
 * The exporters that `NodeSDK` would build: OTLP unless the variable says otherwise, names as they are written, and
 * nothing for a name that it doesn't know.
 *
 * @param byDefault - whether a variable that is unset or empty means OTLP, which depends on the version.
 */
export function nodeSdkExportersOf(signal: Signal, env: Env, byDefault: boolean, warn: WarnOf): Exporters {
  const names = namesOf(signal, env);
  if (names.length === 0) return { ...NOTHING, otlp: byDefault };
  warnOfNames(signal, env, names, 'NodeSDK has no such exporter', warn);
  return exportersIn(names);
}

function exportersIn(names: readonly string[]): Exporters {
  if (names.includes('none')) return NOTHING;
  return {
    otlp: names.includes('otlp'),
    console: names.includes('console'),
    prometheus: names.includes('prometheus'),
  };
}

function warnOfNames(signal: Signal, env: Env, names: readonly string[], then: string, warn: WarnOf): void {
  const variable = variableOf(signal);
  const unknown = names.filter((name) => !KNOWN[signal].includes(name));
  const given = env[variable]?.trim() ?? '';
  if (unknown.length > 0) {
    const which = unknown.map((name) => `"${name}"`).join(', ');
    const got = names.length === unknown.length ? `"${given}"` : `${which} in "${given}"`;
    warn(variable, `${variable}: expected ${KNOWN[signal].join(', ')}, got ${got}: ${then}`);
  } else if (names.includes('none') && new Set(names).size > 1) {
    warn(variable, `${variable}: expected "none" alone or exporters, got "${given}": nothing is exported`);
  }
}

function namesOf(signal: Signal, env: Env): string[] {
  return listOf(env[variableOf(signal)]);
}

/** The variable that names the exporters of a signal. */
export function variableOf(signal: Signal): string {
  return `OTEL_${signal.toUpperCase()}_EXPORTER`;
}
