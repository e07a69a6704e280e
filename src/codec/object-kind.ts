/** How an object is to be copied into metadata. */
export type ObjectKind = 'array' | 'date' | 'error' | 'bytes' | 'map' | 'set' | 'text' | 'boxed' | 'json' | 'plain';

/** How an object is to be copied, of whichever realm; never throws, whatever the object does when it is looked at. */
export function kindOf(value: object): ObjectKind {
  try {
    if (Array.isArray(value)) return 'array';
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype === Object.prototype || prototype === null) return hasToJson(value) ? 'json' : 'plain';
    if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return 'bytes';
    switch (Object.prototype.toString.call(value)) {
      case '[object Date]':
        return 'date';
      case '[object Error]':
        return 'error';
      case '[object ArrayBuffer]':
      case '[object SharedArrayBuffer]':
        return 'bytes';
      case '[object Map]':
        return 'map';
      case '[object Set]':
        return 'set';
      case '[object RegExp]':
      case '[object URLSearchParams]':
        return 'text';
      case '[object Number]':
      case '[object String]':
      case '[object Boolean]':
      case '[object BigInt]':
        return 'boxed';
      default:
        if (value instanceof Error) return 'error';
        return hasToJson(value) ? 'json' : 'plain';
    }
  } catch {
    return 'plain';
  }
}

function hasToJson(value: object): boolean {
  return typeof (value as { toJSON?: unknown }).toJSON === 'function';
}
