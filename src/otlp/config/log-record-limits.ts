import { type Env, firstRight, type WarnOf, wholeNumber } from './environment.js';

/** What a logger provider of the SDK is given: if a limit is absent, its own default counts. */
export interface LogRecordLimits {
  readonly attributeCountLimit?: number;
  readonly attributeValueLengthLimit?: number;
}

/** The limits that `OTEL_LOGRECORD_ATTRIBUTE_*` set, else `OTEL_ATTRIBUTE_*`: the SDKs leave both to the set-up. */
export function logRecordLimitsOf(env: Env, warn: WarnOf): LogRecordLimits {
  const read = (name: string): number | undefined =>
    firstRight(env, [`OTEL_LOGRECORD_ATTRIBUTE_${name}`, `OTEL_ATTRIBUTE_${name}`], wholeNumber(0), warn);
  const attributeCountLimit = read('COUNT_LIMIT');
  const attributeValueLengthLimit = read('VALUE_LENGTH_LIMIT');
  return {
    ...(attributeCountLimit !== undefined && { attributeCountLimit }),
    ...(attributeValueLengthLimit !== undefined && { attributeValueLengthLimit }),
  };
}
