/** Is aborted at the first SIGINT or SIGTERM; the second one ends the process. */
export function untilSignal(): { readonly signal: AbortSignal; readonly release: () => void } {
  const controller = new AbortController();
  const signals = ['SIGINT', 'SIGTERM'] as const;
  const end = (): void => {
    release();
    controller.abort();
  };
  const release = (): void => {
    for (const name of signals) process.removeListener(name, end);
  };
  for (const name of signals) process.on(name, end);
  return { signal: controller.signal, release };
}

/** Pages until a signal, also while the next one is waited for, as that of a pipe to which nobody writes. */
export async function* untilAborted<T>(
  pages: AsyncIterable<T>,
  signal: AbortSignal,
): AsyncGenerator<T, void, undefined> {
  const iterator = pages[Symbol.asyncIterator]();
  let end = (): void => undefined;
  const onAbort = (): void => end();
  signal.addEventListener('abort', onAbort);
  try {
    while (!signal.aborted) {
      // what becomes of the page after the signal is of no interest
      const next = await new Promise<IteratorResult<T> | undefined>((resolve, reject) => {
        end = () => resolve(undefined);
        iterator.next().then(resolve, reject);
      });
      if (next === undefined || next.done === true) return;
      yield next.value;
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    // after a signal it ends behind the page that is pending, which is not waited for
    const ended = iterator.return?.().catch(() => undefined);
    if (!signal.aborted) await ended;
  }
}
