import { existsSync, lstatSync, readlinkSync, realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

/** Symbolic links that are followed one after the other, as the system does. */
const MAX_LINKS = 40;

/** What a path leads to, also if that isn't there yet; the path itself if it is no symbolic link, or leads nowhere. */
export function targetOf(path: string): string {
  let target = path;
  for (let links = 0; links < MAX_LINKS; links += 1) {
    try {
      const stats = lstatSync(target, { throwIfNoEntry: false });
      // a link of /proc says what is open, such as pipe:[4711], and leads there all the same
      if (stats === undefined && links > 0 && existsSync(path)) return path;
      if (stats?.isSymbolicLink() !== true) return target;
      target = resolve(dirname(target), readlinkSync(target));
    } catch {
      // whoever opens it gets the error
      return path;
    }
  }
  return path;
}

/** A path with the symbolic links on its way resolved, as far as it is there. */
export function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const target = targetOf(path);
    if (target !== path) return realPath(target);
    const directory = dirname(path);
    return directory === path ? path : join(realPath(directory), basename(path));
  }
}
