import { existsSync, readdirSync, readlinkSync } from 'node:fs';

/** Descriptors of this process that are open below a directory; 0 if the system doesn't say. */
export function openBelow(directory: string): number {
  if (!existsSync('/proc/self/fd')) return 0;
  return readdirSync('/proc/self/fd').filter((descriptor) => {
    try {
      return readlinkSync(`/proc/self/fd/${descriptor}`).startsWith(directory);
    } catch {
      return false;
    }
  }).length;
}
