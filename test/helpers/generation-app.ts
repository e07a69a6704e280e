import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { nodeProgram, packedTarball, type Ran, run } from './fresh-app.js';
import { LATEST_2, LATEST_3, LOWEST_2 } from './generations.js';

/** An application of one generation of OpenTelemetry, in which programs are run. */
export interface GenerationApp {
  readonly name: string;
  /** A directory of its own below the application's: programs in it find its packages. */
  directory(): Promise<string>;
  /** Runs Node, of a version that the generation supports. */
  node(args: readonly string[], options: { readonly cwd: string; readonly env?: Record<string, string> }): Promise<Ran>;
  /** Removes the directories. */
  remove(): void;
}

/** What the tests of set-ups use of the 3.x line. */
const PACKAGES_OF_3 = {
  '@opentelemetry/api': LATEST_3.api,
  '@opentelemetry/sdk-node': LATEST_3.experimental,
  '@opentelemetry/sdk-logs': LATEST_3.sdkLogs,
  '@opentelemetry/sdk-metrics': LATEST_3.stable,
  '@opentelemetry/resources': LATEST_3.stable,
  '@opentelemetry/sdk-trace': LATEST_3.stable,
  '@opentelemetry/context-async-hooks': LATEST_3.stable,
  '@opentelemetry/exporter-logs-otlp-http': LATEST_3.experimental,
  '@opentelemetry/exporter-logs-otlp-proto': LATEST_3.experimental,
  '@opentelemetry/exporter-metrics-otlp-http': LATEST_3.experimental,
  '@opentelemetry/exporter-metrics-otlp-proto': LATEST_3.experimental,
  '@opentelemetry/instrumentation-http': LATEST_3.experimental,
  '@opentelemetry/instrumentation-pg': '0.77.0',
  '@opentelemetry/winston-transport': '0.34.0',
  esbuild: '^0.28.0',
  libsql: '^0.5.29',
  pg: '^8.23.1',
  winston: '^3.0.0',
};
/** What they use of the lowest versions. */
const PACKAGES_OF_LOWEST = {
  '@opentelemetry/api': LOWEST_2.api,
  '@opentelemetry/sdk-node': LOWEST_2.experimental,
};
/** The Node of 3.x, and that of these tests. */
const MAJOR_OF_3 = 24;
const MAJOR = Number(process.versions.node.split('.')[0]);

/** This repository, with the 2.x line, and applications with others, whose packages are installed once. */
export function generationApps(name: string): Record<'lowest' | 'two' | 'three', GenerationApp> {
  return {
    lowest: app(LOWEST_2.name, name, () => applicationOf(PACKAGES_OF_LOWEST), MAJOR),
    two: app(LATEST_2.name, name, async () => resolve('build'), MAJOR),
    three: app(LATEST_3.name, name, () => applicationOf(PACKAGES_OF_3), MAJOR_OF_3),
  };
}

function app(title: string, name: string, root: () => Promise<string>, major: number): GenerationApp {
  const directories: string[] = [];
  return {
    name: title,
    async directory() {
      const parent = await root();
      mkdirSync(parent, { recursive: true });
      const directory = mkdtempSync(join(parent, `${name}-`));
      directories.push(directory);
      return directory;
    },
    node: async (args, options) => run(await nodeProgram(major), args, options),
    remove() {
      for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
    },
  };
}

const made = new Map<object, Promise<string>>();

/**
 * The packages are installed once, and each build of this one is put in a directory below: outside of the repository,
 * whose packages it must not find. Test files run side by side: whoever has the whole of it first leaves it for the others.
 */
function applicationOf(wanted: Readonly<Record<string, string>>): Promise<string> {
  const known = made.get(wanted) ?? makeApplication(wanted);
  made.set(wanted, known);
  return known;
}

async function makeApplication(wanted: Readonly<Record<string, string>>): Promise<string> {
  const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as { dependencies: Record<string, string> };
  const packages = { ...dependencies, ...wanted };
  const outer = join(tmpdir(), `rimp-packages-${keyOf(packages)}`);
  await makeOnce(outer, async (directory) => {
    writeFileSync(join(directory, 'package.json'), JSON.stringify({ private: true, dependencies: packages }));
    return run('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: directory });
  });
  const inner = join(outer, keyOf([resolve('.'), statSync(join('build', 'dist-is-complete')).mtimeMs]));
  await makeOnce(inner, async (directory) => {
    const place = join(directory, 'node_modules', 'rimp-telemetry');
    mkdirSync(place, { recursive: true });
    return run('tar', ['-xzf', await packedTarball(), '-C', place, '--strip-components=1'], { cwd: directory });
  });
  return inner;
}

async function makeOnce(directory: string, make: (directory: string) => Promise<Ran>): Promise<void> {
  if (existsSync(directory)) return;
  const fresh = mkdtempSync(`${directory}-`);
  const { status, stderr } = await make(fresh);
  if (status !== 0) throw new Error(stderr);
  try {
    renameSync(fresh, directory);
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true });
    if (!existsSync(directory)) throw error;
  }
}

function keyOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16);
}
