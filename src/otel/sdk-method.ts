/** A method that an object has of its class; `undefined` if somebody has put another function in front of it. */
export function methodOf(object: object, name: string): object | undefined {
  const method: unknown = Reflect.get(object, name);
  // instrumentations mark what they put in front of a method
  return typeof method === 'function' && !Object.hasOwn(object, name) && !('__wrapped' in method) ? method : undefined;
}

/** Whether the text of a function has some parts: a function of somebody's in front of the SDK's has another text. */
export function hasText(method: unknown, ...parts: readonly string[]): boolean {
  if (typeof method !== 'function') return false;
  const text = Function.prototype.toString.call(method);
  return parts.every((part) => text.includes(part));
}
