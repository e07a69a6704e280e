import { show, TelemetryError } from './errors.js';

/** For the library itself: the fields that a constructor is given are of the right types. */
export const CHECKED = Symbol('checked');

/** Checks what constructors of events and metrics are given alike. */
export function checkItem(type: string, init: { readonly timestamp?: Date | null | undefined }): void {
  if (typeof init !== 'object' || init === null) throw wrongField(type, 'init', 'an object with its fields', init);
  const { timestamp } = init;
  const time: unknown = timestamp ?? undefined;
  if (time !== undefined && (!(time instanceof Date) || Number.isNaN(time.getTime())))
    throw wrongField(type, 'timestamp', 'a valid Date', timestamp);
}

export function wrongField(type: string, field: string, expected: string, value: unknown): TelemetryError {
  return new TelemetryError(
    'RIMP_INVALID_ARGUMENT',
    `${type}: expected "${field}" to be ${expected}, got ${show(value)}`,
  );
}
