const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/**
 * Runs something at the first SIGTERM or SIGINT, and then lets the signal do its work, unless the application listens
 * to that signal itself: then what follows is the application's.
 *
 * @returns a function that takes the handlers away.
 */
export function onSignals(run: () => Promise<unknown>): () => void {
  const remove = (): void => {
    for (const signal of SIGNALS) process.removeListener(signal, handle);
  };
  const handle = (signal: NodeJS.Signals): void => {
    const others = process.listenerCount(signal) > 1;
    remove();
    void run().finally(() => {
      if (!others) process.kill(process.pid, signal);
    });
  };
  for (const signal of SIGNALS) process.on(signal, handle);
  return remove;
}
