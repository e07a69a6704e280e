import { isFlushingAtExit } from './exit-hook.js';
import { MAX_DELAY_MILLIS } from './system-clock.js';

/**
 * Keeps the process alive until the returned function is called, as somebody waits: what is waited for may itself let the
 * process end. At the end of the process nobody is held: the exit hook waits, as long as it may.
 */
export function holdProcess(): () => void {
  if (isFlushingAtExit()) return () => undefined;
  const timer = setInterval(() => undefined, MAX_DELAY_MILLIS);
  return () => clearInterval(timer);
}
