/** For each provider of ours that is the global one: who takes its place when it is given up, the first one first. */
const successors = new WeakMap<object, Set<() => void>>();

/** Notes that a provider of ours has become the global one; returns what notifies its successors that it no longer is. */
export function holdPlace(provider: object): () => void {
  const waiting = new Set<() => void>();
  successors.set(provider, waiting);
  return () => {
    successors.delete(provider);
    for (const takeOver of waiting) takeOver();
  };
}

/** Whether a provider is the global one of a set-up of ours. */
export function isOurs(provider: object): boolean {
  return successors.has(provider);
}

/** Has something run when a provider of ours is no longer the global one; gives what takes that back. */
export function succeed(provider: object, takeOver: () => void): () => void {
  const waiting = successors.get(provider);
  waiting?.add(takeOver);
  return () => {
    waiting?.delete(takeOver);
  };
}
