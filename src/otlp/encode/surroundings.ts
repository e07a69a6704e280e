import type { LogRecordLike } from '../../otel/sdk-types.js';

/** A message whose inner messages, in its field 2, are left out: the bytes before and behind them. */
export interface Around {
  readonly before: Uint8Array;
  readonly behind: Uint8Array;
}

/** The bytes around log records in a request: of their `ResourceLogs`, and of the `ScopeLogs` in it. */
export interface Surroundings {
  readonly resource: Around;
  readonly scope: Around;
}

/**
 * What is around log records, for each resource and scope: written by OpenTelemetry's serialiser, whichever version of the
 * data model that knows, and remembered. A resource must not change any more.
 */
export class SurroundingsCache {
  readonly #serialize: (records: readonly LogRecordLike[]) => Uint8Array;
  readonly #known = new WeakMap<object, WeakMap<object, Surroundings>>();

  constructor(serialize: (records: readonly LogRecordLike[]) => Uint8Array) {
    this.#serialize = serialize;
  }

  /** @throws Error if they can't be serialised, TypeError if the request is not as expected. */
  get(record: LogRecordLike): Surroundings {
    const { resource, instrumentationScope: scope } = record;
    let ofResource = this.#known.get(resource);
    if (ofResource === undefined) {
      ofResource = new WeakMap();
      this.#known.set(resource, ofResource);
    }
    let found = ofResource.get(scope);
    if (found === undefined) {
      found = surroundingsOf(this.#serialize([record]));
      ofResource.set(scope, found);
    }
    return found;
  }
}

function surroundingsOf(request: Uint8Array): Surroundings {
  const resource = opened(messageIn(request, 0));
  return { resource, scope: opened(resource.inner) };
}

/** The one message of field 2 in a message, and what is around it. */
function opened(message: Uint8Array): Around & { readonly inner: Uint8Array } {
  for (let at = 0; at < message.length; ) {
    const inner = messageIn(message, at);
    const end = inner.byteOffset - message.byteOffset + inner.length;
    if (message[at] === 0x12) return { inner, before: message.slice(0, at), behind: message.slice(end) };
    at = end;
  }
  throw new TypeError('expected a request with a log record, got one without');
}

/** The content of a field that has a length. */
function messageIn(bytes: Uint8Array, start: number): Uint8Array {
  const tag = bytes[start] ?? 0;
  if ((tag & 7) !== 2 || tag > 0x7f) throw new TypeError(`expected a field with a length, got the tag ${tag}`);
  let length = 0;
  let at = start + 1;
  for (let factor = 1; ; factor *= 0x80) {
    const byte = bytes[at] ?? 0;
    at += 1;
    length += (byte & 0x7f) * factor;
    if (byte < 0x80) break;
  }
  return bytes.subarray(at, at + length);
}
