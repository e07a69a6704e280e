import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** A package that is installed in a project. */
export interface Installed {
  readonly name: string;
  readonly version: string;
  readonly directory: string;
  /** The same, with symbolic links resolved. */
  readonly real: string;
  /** Whether the project's own modules load this copy. */
  readonly own: boolean;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
}

/** The packages of OpenTelemetry, and this library, in a project and in the directories around it. */
export function installedPackages(project: string): Installed[] {
  const found = new Map<string, Installed>();
  const names = new Set<string>();
  for (let directory = resolve(project); ; directory = dirname(directory)) {
    const modules = join(directory, 'node_modules');
    for (const one of packagesIn(modules, 0)) {
      const own = one.direct && !names.has(one.name);
      if (own) names.add(one.name);
      const real = realpathSync(one.directory);
      const known = found.get(real);
      if (known === undefined || (own && !known.own)) {
        const about = aboutOf(one.directory);
        if (about !== undefined) found.set(real, { ...about, name: one.name, directory: one.directory, real, own });
      }
    }
    if (dirname(directory) === directory) break;
  }
  return [...found.values()];
}

/** The copy of a package that another package loads. */
export function copyFor(user: Installed, name: string): string | undefined {
  for (let directory = user.real; ; directory = dirname(directory)) {
    const candidate = join(directory, 'node_modules', name);
    if (existsSync(join(candidate, 'package.json'))) return realpathSync(candidate);
    if (dirname(directory) === directory) return undefined;
  }
}

interface Place {
  readonly name: string;
  readonly directory: string;
  /** Directly in the outermost directory, where the project's own modules look. */
  readonly direct: boolean;
}

const MAX_NESTING = 8;

function* packagesIn(modules: string, nesting: number): Generator<Place> {
  if (nesting > MAX_NESTING) return;
  for (const entry of directoriesIn(modules)) {
    if (entry === '.pnpm') {
      for (const store of directoriesIn(join(modules, entry)))
        yield* packagesIn(join(modules, entry, store, 'node_modules'), nesting + 1);
      continue;
    }
    if (entry.startsWith('.')) continue;
    const names = entry.startsWith('@')
      ? directoriesIn(join(modules, entry)).map((name) => `${entry}/${name}`)
      : [entry];
    for (const name of names) {
      const directory = join(modules, name);
      if (name.startsWith('@opentelemetry/') || name === 'rimp-telemetry')
        yield { name, directory, direct: nesting === 0 };
      yield* packagesIn(join(directory, 'node_modules'), nesting + 1);
    }
  }
}

function directoriesIn(directory: string): string[] {
  try {
    return readdirSync(directory, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() || entry.isSymbolicLink())
      .map(({ name }) => name);
  } catch {
    return [];
  }
}

function aboutOf(directory: string): Pick<Installed, 'version' | 'dependencies' | 'peerDependencies'> | undefined {
  try {
    const about = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as Partial<Installed>;
    return {
      version: about.version ?? '0.0.0',
      dependencies: about.dependencies ?? {},
      peerDependencies: about.peerDependencies ?? {},
    };
  } catch {
    return undefined;
  }
}
