import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isAnyValueMap } from '../../model/any-value.js';
import { toError } from '../../model/errors.js';
import { generationOf } from '../doctor/check-packages.js';
import { type Installed, installedPackages } from '../doctor/installed.js';
import { UsageError } from '../values.js';
import { type SourceScan, scanSource } from './source-scan.js';

/** A package manager, and how it adds packages. */
export type PackageManager = 'npm' | 'pnpm' | 'yarn' | 'bun';

/** What a project is, as far as telemetry is concerned. */
export interface Project {
  readonly directory: string;
  readonly name: string;
  readonly packageManager: PackageManager;
  readonly isModule: boolean;
  readonly isTypeScript: boolean;
  /** The generation of OpenTelemetry's SDK that is installed; `undefined`: none is. */
  readonly generation: '2.x' | '3.x' | undefined;
  /** The version of @opentelemetry/api that is installed, if one is. */
  readonly apiVersion: string | undefined;
  readonly hasNodeSdk: boolean;
  /** What its source says of NodeSDK, if it has it. */
  readonly source: SourceScan | undefined;
  /** Frameworks and loggers that there is something to say about. */
  readonly known: readonly string[];
  /** Packages that its package.json names. */
  readonly packages: ReadonlySet<string>;
  readonly startScript: string | undefined;
}

const LOCKS: readonly (readonly [file: string, manager: PackageManager])[] = [
  ['pnpm-lock.yaml', 'pnpm'],
  ['yarn.lock', 'yarn'],
  ['bun.lock', 'bun'],
  ['bun.lockb', 'bun'],
  ['package-lock.json', 'npm'],
];
const KNOWN = ['next', '@nestjs/core', 'express', 'fastify', 'koa', 'hono', 'pino', 'winston'];

/** @throws UsageError if there is no package.json, or none that can be read. */
export function projectAt(directory: string): Project {
  const about = packageJson(directory);
  const installed = installedPackages(directory).filter(({ own }) => own);
  const declared = ['dependencies', 'devDependencies', 'optionalDependencies'].flatMap((field) => {
    const names = about[field];
    return isAnyValueMap(names) ? Object.keys(names) : [];
  });
  // what others brought along may be gone tomorrow
  const packages = new Set(declared);
  const hasNodeSdk = packages.has('@opentelemetry/sdk-node');
  const { scripts, packageManager } = about;
  const start = isAnyValueMap(scripts) ? scripts.start : undefined;
  return {
    directory,
    name: typeof about.name === 'string' ? about.name : basename(directory),
    packageManager: managerOf(directory, packageManager),
    isModule: about.type === 'module',
    isTypeScript: existsSync(join(directory, 'tsconfig.json')) || packages.has('typescript'),
    generation: generationIn(installed),
    apiVersion: installed.find((one) => one.name === '@opentelemetry/api')?.version,
    hasNodeSdk,
    source: hasNodeSdk ? scanSource(directory) : undefined,
    known: KNOWN.filter((name) => packages.has(name)),
    packages,
    startScript: typeof start === 'string' ? start : undefined,
  };
}

function packageJson(directory: string): Readonly<Record<string, unknown>> {
  const path = join(directory, 'package.json');
  if (!existsSync(path)) throw new UsageError(`expected a package.json in ${directory}: run npm init first`);
  try {
    const about: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (isAnyValueMap(about)) return about;
  } catch (error) {
    throw new UsageError(`expected ${path} to be JSON: ${toError(error).message}`);
  }
  throw new UsageError(`expected ${path} to be a JSON object`);
}

function generationIn(installed: readonly Installed[]): '2.x' | '3.x' | undefined {
  const found = installed.map(({ name, version }) => generationOf(name, version));
  return found.find((generation) => generation !== undefined);
}

/** What package.json names, else whose lock file is nearest: a workspace has its own further up. */
function managerOf(directory: string, named: unknown): PackageManager {
  const word = typeof named === 'string' ? /^(npm|pnpm|yarn|bun)@/.exec(named)?.[1] : undefined;
  if (word !== undefined) return word as PackageManager;
  for (let at = directory; ; at = dirname(at)) {
    const found = LOCKS.find(([file]) => existsSync(join(at, file)));
    if (found !== undefined) return found[1];
    if (dirname(at) === at || existsSync(join(at, '.git'))) return 'npm';
  }
}
