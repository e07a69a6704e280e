/** The one argument of a method, and what it returns. */
type Argument<T, K extends keyof T> = T[K] extends (argument: infer A) => unknown ? A : never;
type Result<T, K extends keyof T> = T[K] extends (argument: never) => infer R ? R : never;
type Method<T, K extends keyof T> = (argument: Argument<T, K>) => Result<T, K>;

/**
 * Has something run in place of one object's method, which takes one argument; `method` is what was there.
 *
 * @returns what puts things back. If somebody else has wrapped the method since, ours only passes on from then on.
 */
export function wrapMethod<T extends object, K extends keyof T>(
  object: T,
  name: K,
  around: (method: Method<T, K>, argument: Argument<T, K>) => Result<T, K>,
): () => void {
  const before = Object.getOwnPropertyDescriptor(object, name);
  const method = (object[name] as Method<T, K>).bind(object) as Method<T, K>;
  let isOver = false;
  const wrapped: Method<T, K> = (argument) => (isOver ? method(argument) : around(method, argument));
  Object.defineProperty(object, name, { value: wrapped, configurable: true, writable: true, enumerable: false });
  return () => {
    isOver = true;
    if (object[name] !== wrapped) return;
    if (before === undefined) Reflect.deleteProperty(object, name);
    else Object.defineProperty(object, name, before);
  };
}
