import type { AnyValueMap } from '../../model/any-value.js';

/** Scopes that stand between a logging library and OpenTelemetry, not for what logs: packages of instrumentations and bridges. */
const INSTRUMENTATION =
  /^@opentelemetry\/|^(?:io\.|go\.)?opentelemetry[./-]|(?:^|\/)instrumentation-|opentelemetry-transport$/i;

/** Attributes under which logging libraries have the name of a logger. */
const LOGGER_NAMES = ['logger.name', 'logger_name', 'logger', 'name'] as const;
/** In winston a `name` is what the caller logs, and a label names the logger. */
const WINSTON_NAMES = ['logger.name', 'logger_name', 'logger', 'label'] as const;

/** Whether a scope is an instrumentation's or a bridge's, such as `@opentelemetry/instrumentation-pino`. */
export function isInstrumentation(scope: string): boolean {
  return INSTRUMENTATION.test(scope);
}

/**
 * What a reader calls the source of a record: the scope's name, which is the logger's. If the scope is an
 * instrumentation, it is the name that the logger has in the library behind it, else the service.
 *
 * @param scope - the scope's name; `undefined` if it has none.
 */
export function sourceOf(
  scope: string | undefined,
  attributes: AnyValueMap | undefined,
  resource: AnyValueMap | undefined,
): string {
  const service = textOf(resource?.['service.name']);
  if (scope === undefined) return service ?? 'unknown';
  if (!isInstrumentation(scope)) return scope;
  const names = /winston/i.test(scope) ? WINSTON_NAMES : LOGGER_NAMES;
  for (const name of names) {
    const logger = textOf(attributes?.[name]);
    if (logger !== undefined) return logger;
  }
  return service ?? scope;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}
