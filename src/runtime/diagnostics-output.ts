import { writeSync } from 'node:fs';
import type { DiagnosticsOutput } from './diagnostics.js';

/** The part of OpenTelemetry's `DiagLogger` that is used here. */
interface WarnLogger {
  warn(message: string): void;
}

// all copies of `@opentelemetry/api` 1.x, 1.10 and later included, keep the logger here; a copy that is older than the
// one which registered it finds nothing through its own `diag`
const API_GLOBAL = Symbol.for('opentelemetry.js.api.1');

/** Shows a warning to the logger that was given to OpenTelemetry's `diag`; `false` if none was. */
export function warnDiag(message: string): boolean {
  const logger = diagLogger();
  logger?.warn(message);
  return logger !== undefined;
}

/** Whether a logger was given to OpenTelemetry's `diag`. */
export function hasDiag(): boolean {
  return diagLogger() !== undefined;
}

function diagLogger(): WarnLogger | undefined {
  const registered = (globalThis as unknown as Record<symbol, { readonly diag?: WarnLogger } | undefined>)[API_GLOBAL];
  return typeof registered?.diag?.warn === 'function' ? registered.diag : undefined;
}

/** Whether the environment wants no messages: `RIMP_LOG_LEVEL` decides, and `OTEL_LOG_LEVEL` if that is not set. */
export function isSilenced(env: Readonly<Record<string, string | undefined>>): boolean {
  const level = env.RIMP_LOG_LEVEL?.trim() || env.OTEL_LOG_LEVEL?.trim();
  return level?.toLowerCase() === 'none';
}

/** Writes one line to standard error, unless nobody reads it any more. */
export function writeStderrLine(message: string): void {
  try {
    // the stream of the process would emit `error` if its reader is gone, which nobody may listen to
    writeSync(2, `${oneLine(message)}\n`);
  } catch {
    // nowhere to write to
  }
}

/** Diagnostics of a storage: what it can't read or keep up is shown also if no collector counts it. */
export const STORAGE_OUTPUT: DiagnosticsOutput = {
  warn: warnDiag,
  isHeard: hasDiag,
  takeLosses: () => (isSilenced(process.env) ? undefined : 'storage'),
  takeOthers: () => [],
  alarm: writeStderrLine,
};

/** Diagnostics that somebody else shows. */
export const NO_OUTPUT: DiagnosticsOutput = {
  warn: () => true,
  isHeard: () => true,
  takeLosses: () => undefined,
  takeOthers: () => [],
  alarm: () => undefined,
};

/** The text with control characters and line breaks as escapes. */
function oneLine(text: string): string {
  // oxlint-disable-next-line no-control-regex -- these are the ones that a terminal would obey
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, (character) => {
    const short = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }[character];
    return short ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
