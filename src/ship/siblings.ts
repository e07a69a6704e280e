import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/**
 * Other files whose names begin with a file's, the oldest first: what others rotate has such names.
 *
 * @throws the error of the file system if the directory can't be listed.
 */
export function siblingsOf(path: string): string[] {
  const directory = dirname(path);
  const name = basename(path);
  return readdirSync(directory)
    .filter((other) => other !== name && other.startsWith(name) && /^[.-][\w.-]*$/.test(other.slice(name.length)))
    .map((other) => join(directory, other))
    .map((sibling) => ({ path: sibling, stat: statSync(sibling, { throwIfNoEntry: false }) }))
    .filter(({ stat }) => stat?.isFile() === true)
    .sort((a, b) => (a.stat?.mtimeMs ?? 0) - (b.stat?.mtimeMs ?? 0))
    .map((sibling) => sibling.path);
}
