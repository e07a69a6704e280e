import { createRequire } from 'node:module';
import { join } from 'node:path';

/** A module as the application would get it, `undefined` where it is not installed. */
export function requireFromApplication(name: string): object | undefined {
  const entry = process.argv[1];
  // the program's own file first: the working directory may be any
  for (const from of [entry, join(process.cwd(), 'noop.js')]) {
    if (from === undefined) continue;
    try {
      return createRequire(from)(name) as object;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'MODULE_NOT_FOUND' && code !== 'ERR_MODULE_NOT_FOUND' && code !== 'ERR_INVALID_ARG_VALUE')
        throw error;
    }
  }
  return undefined;
}
