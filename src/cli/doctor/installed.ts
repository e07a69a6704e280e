import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** A package that is installed in a project. */
export interface Installed {
  readonly name: string;
  readonly version: string;
  readonly folder: string;
  /** The same, with symbolic links resolved. */
  readonly real: string;
  /** Whether the project's own modules load this copy. */
  readonly own: boolean;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
}

/** The packages of OpenTelemetry, and this library, in a project and in the folders around it. */
export function installedPackages(project: string): Installed[] {
  const found = new Map<string, Installed>();
  const names = new Set<string>();
  for (let folder = resolve(project); ; folder = dirname(folder)) {
    const modules = join(folder, 'node_modules');
    for (const one of packagesIn(modules, 0)) {
      const own = one.direct && !names.has(one.name);
      if (own) names.add(one.name);
      const real = realpathSync(one.folder);
      const known = found.get(real);
      if (known === undefined || (own && !known.own)) {
        const about = aboutOf(one.folder);
        if (about !== undefined) found.set(real, { ...about, name: one.name, folder: one.folder, real, own });
      }
    }
    if (dirname(folder) === folder) break;
  }
  return [...found.values()];
}

/** The copy of a package that another package loads. */
export function copyFor(user: Installed, name: string): string | undefined {
  for (let folder = user.real; ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name);
    if (existsSync(join(candidate, 'package.json'))) return realpathSync(candidate);
    if (dirname(folder) === folder) return undefined;
  }
}

interface Place {
  readonly name: string;
  readonly folder: string;
  /** Directly in the outermost folder, where the project's own modules look. */
  readonly direct: boolean;
}

const MAX_NESTING = 8;

function* packagesIn(modules: string, nesting: number): Generator<Place> {
  if (nesting > MAX_NESTING) return;
  for (const entry of foldersIn(modules)) {
    if (entry === '.pnpm') {
      for (const store of foldersIn(join(modules, entry)))
        yield* packagesIn(join(modules, entry, store, 'node_modules'), nesting + 1);
      continue;
    }
    if (entry.startsWith('.')) continue;
    const names = entry.startsWith('@') ? foldersIn(join(modules, entry)).map((name) => `${entry}/${name}`) : [entry];
    for (const name of names) {
      const folder = join(modules, name);
      if (name.startsWith('@opentelemetry/') || name === 'rimp-telemetry')
        yield { name, folder, direct: nesting === 0 };
      yield* packagesIn(join(folder, 'node_modules'), nesting + 1);
    }
  }
}

function foldersIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() || entry.isSymbolicLink())
      .map(({ name }) => name);
  } catch {
    return [];
  }
}

function aboutOf(folder: string): Pick<Installed, 'version' | 'dependencies' | 'peerDependencies'> | undefined {
  try {
    const about = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Partial<Installed>;
    return {
      version: about.version ?? '0.0.0',
      dependencies: about.dependencies ?? {},
      peerDependencies: about.peerDependencies ?? {},
    };
  } catch {
    return undefined;
  }
}
