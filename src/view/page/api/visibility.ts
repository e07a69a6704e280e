/** Waits until the page is shown, or the signal is aborted. */
export function shown(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const check = () => {
      if (document.visibilityState === 'hidden' && !signal.aborted) return;
      document.removeEventListener('visibilitychange', check);
      signal.removeEventListener('abort', check);
      resolve();
    };
    document.addEventListener('visibilitychange', check);
    signal.addEventListener('abort', check);
    check();
  });
}

/** A signal that is aborted with another one, or when the page has been hidden for so long; `end` stops watching. */
export function untilHidden(
  millis: number,
  other: AbortSignal,
): { readonly signal: AbortSignal; readonly end: () => void } {
  const controller = new AbortController();
  const abort = () => controller.abort();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const check = () => {
    clearTimeout(timer);
    if (document.visibilityState === 'hidden') timer = setTimeout(abort, millis);
  };
  document.addEventListener('visibilitychange', check);
  other.addEventListener('abort', abort);
  return {
    signal: controller.signal,
    end: () => {
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', check);
      other.removeEventListener('abort', abort);
    },
  };
}
