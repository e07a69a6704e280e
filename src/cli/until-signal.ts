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
