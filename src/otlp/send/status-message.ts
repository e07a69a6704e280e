import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';

/** The message of a `google.rpc.Status`: its field 2. */
export function messageOf(body: Uint8Array): string {
  const reader = new BinaryReader(body);
  let message = '';
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    if (number === 2 && wireType === WireType.LengthDelimited) message = reader.string();
    else reader.skip(wireType, number);
  }
  return message;
}
