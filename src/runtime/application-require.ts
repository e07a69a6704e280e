import { readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';

// not imported by name: bundled applications often declare a `createRequire` of their own at the top of the bundle
const requireOf = process.getBuiltinModule('node:module').createRequire;

/** A module as the application would get it, `undefined` if it is not installed. */
export function requireFromApplication(name: string): object | undefined {
  for (const from of places()) {
    const found = requireFrom(from, name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A module as one of the application's packages gets it, `undefined` if either is not installed. */
export function requireThrough(through: string, name: string): object | undefined {
  for (const from of places()) {
    try {
      const found = requireFrom(requireOf(from).resolve(through), name);
      if (found !== undefined) return found;
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }
  return undefined;
}

/**
 * Files of the application: the program's own first, also if a link such as `node_modules/.bin/…` leads to it, as the
 * working directory may be anybody's.
 */
function places(): string[] {
  const found = [join(process.cwd(), 'noop.js')];
  const entry = process.argv[1];
  if (entry === undefined) return found;
  try {
    found.unshift(realpathSync(entry));
  } catch {
    // a program that was read from somewhere else than a file
  }
  return [entry, ...found];
}

function requireFrom(from: string, name: string): object | undefined {
  try {
    return requireOf(from)(name) as object;
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
  return packageOf(name)?.about.version;
}

/**
 * The ES module of a package that has both formats: its state is not that of the CommonJS module. `undefined` if there is
 * none, or this Node can't require one.
 */
export function requireEsModule(name: string): object | undefined {
  const found = packageOf(name);
  const entry = importTarget((found?.about.exports as { readonly '.'?: unknown } | undefined)?.['.']);
  if (found === undefined || entry?.endsWith('.mjs') !== true) return undefined;
  try {
    // from inside the package: requiring an ES module from the application's own files is warned of by some versions
    return requireOf(join(found.directory, 'package.json'))(join(found.directory, entry)) as object;
  } catch (error) {
    if (/^ERR_REQUIRE_(ESM|ASYNC_MODULE)$/.test(String((error as NodeJS.ErrnoException).code))) return undefined;
    throw error;
  }
}

/** What `import` gets, of the conditions of one entry in `exports`. */
function importTarget(conditions: unknown): string | undefined {
  if (typeof conditions === 'string') return conditions;
  if (typeof conditions !== 'object' || conditions === null) return undefined;
  const { import: imported, default: fallback } = conditions as {
    readonly import?: unknown;
    readonly default?: unknown;
  };
  return importTarget(imported ?? fallback);
}

interface About {
  readonly name?: string;
  readonly version?: string;
  readonly exports?: unknown;
}

/** Where a package lies as the application would get it, and its package.json. */
function packageOf(name: string): { readonly directory: string; readonly about: About } | undefined {
  for (const from of places()) {
    try {
      // packages need not export their package.json: it is looked for above what they do export
      for (let path = requireOf(from).resolve(name); dirname(path) !== path; path = dirname(path)) {
        const about = aboutIn(dirname(path));
        if (about?.name === name) return { directory: dirname(path), about };
      }
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }
  return undefined;
}

function aboutIn(directory: string): About | undefined {
  try {
    return JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as About;
  } catch {
    return undefined;
  }
}
