import { realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** A path with the symbolic links on its way resolved, as far as it is there. */
export function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const directory = dirname(path);
    return directory === path ? path : join(realPath(directory), basename(path));
  }
}
