import type { LogRecordLike } from '../../otel/sdk-types.js';
import { type ProtobufWriter, varintSize } from './protobuf-writer.js';

/** Keys whose bytes are remembered, and their longest. */
const MAX_KEYS = 2_048;
const MAX_KEY_LENGTH = 100;
/** Whole numbers of 64 bits. */
const INT64 = 2 ** 63;

/** The field `key` of a `KeyValue`, by key. */
let keys = new Map<string, Uint8Array>();

/**
 * Writes a log record as the field `log_records` of a `ScopeLogs`, byte for byte as OpenTelemetry's serialiser does
 * (opentelemetry-proto, `logs.proto`, `common.proto`), in one pass and with remembered keys.
 *
 * @throws RangeError if a value has no end.
 */
export function writeLogRecord(writer: ProtobufWriter, record: LogRecordLike): void {
  writer.reserve(64);
  writer.byte(0x12);
  // most records have a length of two bytes
  const start = writer.begin(2);
  writer.byte(0x09);
  writer.time(record.hrTime[0], record.hrTime[1]);
  const { severityNumber, severityText, body, eventName, spanContext } = record;
  if (severityNumber !== undefined && severityNumber !== 0) {
    writer.byte(0x10);
    writer.int64(severityNumber);
  }
  if (severityText) {
    writer.byte(0x1a);
    writer.text(severityText);
  }
  if (body !== undefined) {
    writer.reserve(1);
    writer.byte(0x2a);
    writeNested(writer, body);
  }
  writeAttributes(writer, record.attributes as Readonly<Record<string, unknown>>, 0x32);
  writer.reserve(32);
  writer.byte(0x38);
  writer.int64(record.droppedAttributesCount ?? 0);
  if (spanContext !== undefined) {
    if (spanContext.traceFlags) {
      writer.byte(0x45);
      writer.fixed32(spanContext.traceFlags);
    }
    if (spanContext.traceId) writeHex(writer, 0x4a, spanContext.traceId);
    if (spanContext.spanId) writeHex(writer, 0x52, spanContext.spanId);
    writer.reserve(16);
  }
  writer.byte(0x59);
  writer.time(record.hrTimeObserved[0], record.hrTimeObserved[1]);
  if (eventName) {
    writer.byte(0x62);
    writer.text(eventName);
  }
  writer.end(start, 2);
}

function writeHex(writer: ProtobufWriter, tag: number, text: string): void {
  writer.reserve(1);
  writer.byte(tag);
  writer.hex(text);
}

function writeAttributes(writer: ProtobufWriter, attributes: Readonly<Record<string, unknown>>, tag: number): void {
  for (const key in attributes) {
    const value = attributes[key];
    if (!writeFlat(writer, tag, key, value) && Object.hasOwn(attributes, key)) writeKeyValue(writer, tag, key, value);
  }
}

/** A `KeyValue` whose length is known beforehand; false, and nothing is written, if it isn't. */
function writeFlat(writer: ProtobufWriter, tag: number, key: string, value: unknown): boolean {
  const keyBytes = keys.get(key) ?? learn(key);
  if (keyBytes === undefined) return false;
  let size: number;
  if (typeof value === 'string') {
    if (value.length > MAX_KEY_LENGTH) return false;
    size = 1 + varintSize(value.length) + value.length;
  } else if (typeof value === 'boolean') size = 2;
  else if (typeof value !== 'number') return false;
  else if (!Number.isInteger(value)) size = 9;
  else if (value >= 0 && value <= 0xffff_ffff) size = 1 + varintSize(value);
  else return false;
  writer.reserve(keyBytes.length + size + 12);
  const start = writer.at;
  writer.byte(tag);
  writer.varint(keyBytes.length + 1 + varintSize(size) + size);
  writer.raw(keyBytes);
  writer.byte(0x12);
  writer.varint(size);
  if (typeof value === 'string') {
    writer.byte(0x0a);
    writer.varint(value.length);
    if (writer.ascii(value)) return true;
    writer.at = start;
    return false;
  }
  if (typeof value === 'boolean') {
    writer.byte(0x10);
    writer.byte(value ? 1 : 0);
  } else if (size === 9) {
    writer.byte(0x21);
    writer.double(value as number);
  } else {
    writer.byte(0x18);
    writer.varint(value as number);
  }
  return true;
}

function writeKeyValue(writer: ProtobufWriter, tag: number, key: string, value: unknown): void {
  writer.reserve(1);
  writer.byte(tag);
  const start = writer.begin();
  writer.reserve(1);
  writer.byte(0x0a);
  writer.text(key);
  writer.reserve(1);
  writer.byte(0x12);
  writeNested(writer, value);
  writer.end(start);
}

/** An `AnyValue` with its length; one of no kind that OTLP has is empty. */
function writeNested(writer: ProtobufWriter, value: unknown): void {
  const start = writer.begin();
  writeValue(writer, value);
  writer.end(start);
}

function writeValue(writer: ProtobufWriter, value: unknown): void {
  writer.reserve(16);
  if (typeof value === 'string') {
    writer.byte(0x0a);
    writer.text(value);
  } else if (typeof value === 'boolean') {
    writer.byte(0x10);
    writer.byte(value ? 1 : 0);
  } else if (typeof value === 'number') {
    if (Number.isInteger(value) && value >= -INT64 && value < INT64) {
      writer.byte(0x18);
      writer.int64(value);
    } else {
      writer.byte(0x21);
      writer.double(value);
    }
  } else if (value instanceof Uint8Array) {
    writer.byte(0x3a);
    writer.bytes(value);
  } else if (Array.isArray(value)) {
    writer.byte(0x2a);
    const start = writer.begin();
    for (const item of value as readonly unknown[]) {
      writer.reserve(1);
      writer.byte(0x0a);
      writeNested(writer, item);
    }
    writer.end(start);
  } else if (typeof value === 'object' && value !== null) {
    writer.byte(0x32);
    const start = writer.begin();
    writeAttributes(writer, value as Readonly<Record<string, unknown>>, 0x0a);
    writer.end(start);
  }
}

/** The bytes of a key that is plain text; `undefined` for another one. */
function learn(key: string): Uint8Array | undefined {
  if (key.length > MAX_KEY_LENGTH) return undefined;
  const text = Buffer.from(key, 'utf8');
  if (text.length !== key.length) return undefined;
  if (keys.size >= MAX_KEYS) keys = new Map();
  const bytes = Uint8Array.of(0x0a, text.length, ...text);
  keys.set(key, bytes);
  return bytes;
}
