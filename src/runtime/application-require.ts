import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** A module as the application would get it, `undefined` where it is not installed. */
export function requireFromApplication(name: string): object | undefined {
  for (const from of places()) {
    const found = requireFrom(from, name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A module as one of the application's packages gets it, `undefined` where either is not installed. */
export function requireThrough(through: string, name: string): object | undefined {
  for (const from of places()) {
    try {
      const found = requireFrom(createRequire(from).resolve(through), name);
      if (found !== undefined) return found;
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }
  return undefined;
}

/** Files of the application: the program's own first, as the working directory may be any. */
function places(): string[] {
  const entry = process.argv[1];
  return [...(entry === undefined ? [] : [entry]), join(process.cwd(), 'noop.js')];
}

function requireFrom(from: string, name: string): object | undefined {
  try {
    return createRequire(from)(name) as object;
  } catch (error) {
    if (!isMissing(error)) throw error;
    return undefined;
  }
}

function isMissing(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'MODULE_NOT_FOUND' || code === 'ERR_MODULE_NOT_FOUND' || code === 'ERR_INVALID_ARG_VALUE';
}

/** The version of a package as the application would get it, without loading it; `undefined` if it is not installed. */
export function versionInApplication(name: string): string | undefined {
  for (const from of places()) {
    try {
      // packages need not export their package.json: it is looked for above what they do export
      for (let path = createRequire(from).resolve(name); dirname(path) !== path; path = dirname(path)) {
        const about = aboutIn(dirname(path));
        if (about?.name === name) return about.version;
      }
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }
  return undefined;
}

function aboutIn(directory: string): { readonly name?: string; readonly version?: string } | undefined {
  try {
    return JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as { name?: string; version?: string };
  } catch {
    return undefined;
  }
}
