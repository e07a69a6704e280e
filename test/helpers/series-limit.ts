import { InstrumentType } from '@opentelemetry/sdk-metrics';

/** Series that a reader keeps of an instrument: the first versions of the periodic one have the default, whatever was given. */
export function limitOf(reader: object | undefined): number {
  return (reader as { selectCardinalityLimit(type: InstrumentType): number }).selectCardinalityLimit(
    InstrumentType.HISTOGRAM,
  );
}
