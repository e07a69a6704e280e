/** Whether both SDK generations take a map with this key inside an attribute. */
export function isHostileKey(key: string): boolean {
  return key === '' || key === '__proto__' || key === 'constructor';
}

/**
 * Sets an own property, whatever its name means on other objects: `__proto__` is no plain property, and a property of a
 * frozen `Object.prototype` can't be assigned to.
 */
export function setOwn<T>(target: Record<string, T>, key: string, value: T): void {
  if (key in target && !Object.hasOwn(target, key)) {
    Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
  } else {
    target[key] = value;
  }
}

/** Text without lone surrogates, which UTF-8 can't hold. */
export function wellFormed(text: string): string {
  return text.isWellFormed() ? text : text.toWellFormed();
}
