import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

/** A program that a variable names, else one below the user's cache, else one on the PATH; `undefined`: there is none. */
export function programAt(variable: string, directory: string, name: string): string | undefined {
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
  return [
    process.env[variable] ?? '',
    join(cache, 'rimp-tools', directory, name),
    ...(process.env.PATH ?? '').split(delimiter).map((directory) => join(directory, name)),
  ].find((path) => path !== '' && existsSync(path));
}
