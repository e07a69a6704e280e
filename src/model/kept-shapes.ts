/** A set: bundlers take away an array that nobody reads. */
const kept = new Set<object>();

/**
 * Keeps one object of a class for good: when there are none, V8 forgets their shape, and with it the code that it
 * compiled for them. Items go in waves, and the first ones of each would be slow.
 */
export function keepShape(one: object): void {
  kept.add(one);
}
