import type { LogRecordLike } from '../../otel/sdk-types.js';
import type { OtlpProtocol } from '../config/settings.js';
import { PackedLogs } from './packed-logs.js';
import { type Serializer, serializerOf } from './serializer.js';
import { SurroundingsCache } from './surroundings.js';

/** Serialises log records, and packs those that have to wait. */
export interface LogsSerializer extends Serializer<readonly LogRecordLike[] | PackedLogs> {
  /** Packs records that are not sent at once; gives them back if they can't be packed. */
  readonly pack: (records: readonly LogRecordLike[]) => readonly LogRecordLike[] | PackedLogs;
}

/**
 * The serialisation of log records: in protobuf by this library, which takes half the time, and by OpenTelemetry's what
 * that can't write, what is around the records, and JSON.
 *
 * @throws TelemetryError as {@link serializerOf} does.
 */
export function logsSerializerOf(protocol: OtlpProtocol, transformer: object | undefined, who: string): LogsSerializer {
  const official = serializerOf('logs', protocol, transformer, who);
  const cache = new SurroundingsCache((records) => official.serialize(records));
  const pack = (records: readonly LogRecordLike[]): readonly LogRecordLike[] | PackedLogs =>
    protocol === 'http/protobuf' ? (PackedLogs.of(records, cache) ?? records) : records;
  return {
    pack,
    serialize(items) {
      const packed = items instanceof PackedLogs ? items : pack(items);
      return packed instanceof PackedLogs ? packed.toRequest() : official.serialize(packed);
    },
    partialSuccess: (response) => official.partialSuccess(response),
  };
}
