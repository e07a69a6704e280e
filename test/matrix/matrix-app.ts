import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { freshApp, nodeProgram, run } from '../helpers/fresh-app.js';
import { type Generation, packagesOf } from '../helpers/generations.js';

/** What one cell of the matrix found. */
export interface Cell {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** What failed, for people. */
  readonly report: string;
}

/** How a test's own modules are loaded, and by that the package's. */
export type ModuleFormat = 'esm' | 'cjs';

// these look into the repository, make applications themselves, or need packages that belong to one generation
const NOT_PUBLIC = [
  'helpers/faulty-fs.test.ts',
  'matrix',
  'package',
  'docs',
  'layout',
  'e2e/examples.test.ts',
  'e2e/own-requests.test.ts',
  'e2e/span-processor.test.ts',
  'collector/check-place.test.ts',
];
/** These need a port that only one of them can have, or a package that not all of them have, or were tried with the newest versions alone. */
const NOT_HERE = [
  'e2e/declarative-configuration.test.ts',
  'e2e/node-sdk-environment.test.ts',
  'e2e/two-set-ups.test.ts',
  'otlp/export/grpc-codes.test.ts',
  'setup/implied-exporters.test.ts',
  'setup/odd-environment.test.ts',
];
/** These are long, or need more than a generation has, and are the same on every one: disks that fail, processes that are killed, databases. */
const THE_SAME_EVERYWHERE = [
  'cli',
  'e2e/collector-clickhouse.test.ts',
  'e2e/crash.test.ts',
  'e2e/file-faults.test.ts',
  'e2e/otelcol.test.ts',
  'e2e/otlp-crash.test.ts',
  'e2e/python.test.ts',
  'e2e/victoriametrics.test.ts',
  'otlp/queue',
  'receiver/small-requests.test.ts',
  'storage/any-text.test.ts',
  'storage/blocked-rotation.test.ts',
  ...readdirSync('test/storage')
    .filter((name) => name.startsWith('clickhouse'))
    .map((name) => `storage/${name}`),
  'storage/database-failures.test.ts',
  'view',
];
/** An import of a source: what it tests is no public API. */
const OF_SOURCES = /from '(?:\.\.\/)+src\//;
const TOOLS = [
  '@jest/globals',
  '@swc/core',
  '@swc/jest',
  '@types/node',
  'fast-check',
  'jest',
  'libsql',
  'pg',
  'protobufjs',
  'typescript',
];

/** An application with one generation, the packed package, and all tests that go through the public API. */
export async function matrixApp(generation: Generation): Promise<string> {
  const { devDependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as {
    devDependencies: Record<string, string>;
  };
  const directory = await freshApp({
    ...packagesOf(generation),
    '@opentelemetry/context-async-hooks': generation.stable,
    '@opentelemetry/sdk-node': generation.experimental,
    ...Object.fromEntries(TOOLS.map((name) => [name, devDependencies[name] ?? ''])),
  });
  cpSync('test', join(directory, 'test'), { recursive: true });
  for (const path of [...NOT_PUBLIC, ...NOT_HERE, ...THE_SAME_EVERYWHERE])
    rmSync(join(directory, 'test', path), { recursive: true });
  removeTestsOfSources(join(directory, 'test'));
  for (const format of ['esm', 'cjs'] as const) {
    writeFileSync(join(directory, `jest.${format}.json`), JSON.stringify(jestConfig(format)));
  }
  return directory;
}

/** Leaves the tests that use the package alone, themselves and by their helpers. */
function removeTestsOfSources(directory: string): void {
  const files = readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  const texts = new Map(files.map((name) => [name, readFileSync(join(directory, name), 'utf8')]));
  const helpers = files.filter((name) => name.startsWith('helpers/') && OF_SOURCES.test(texts.get(name) as string));
  const uses = helpers.map((name) => `/${name.replace(/\.ts$/, '.js')}'`);
  for (const [name, text] of texts) {
    if (OF_SOURCES.test(text) || uses.some((use) => text.includes(use))) rmSync(join(directory, name));
  }
}

function jestConfig(format: ModuleFormat): object {
  const module = { type: format === 'esm' ? 'es6' : 'commonjs' };
  const typescript = { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module };
  return {
    testEnvironment: 'node',
    testMatch: ['<rootDir>/test/**/*.test.ts'],
    transform: {
      '^.+\\.ts$': ['@swc/jest', typescript],
    },
    ...(format === 'esm' && { extensionsToTreatAsEsm: ['.ts'] }),
    moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
    testTimeout: 60_000,
  };
}

/** Runs the tests of an application of a generation with one Node, in one module format; `only` paths that hold one of these. */
export async function runCell(
  name: string,
  directory: string,
  major: number,
  format: ModuleFormat,
  only: readonly string[] = [],
): Promise<Cell> {
  const output = join(directory, 'result.json');
  rmSync(output, { force: true });
  const { stderr } = await run(
    await nodeProgram(major),
    [
      // for tests in modules, and for what the exporters import when they first send
      '--experimental-vm-modules',
      join('node_modules', 'jest', 'bin', 'jest.js'),
      '--config',
      `jest.${format}.json`,
      '--json',
      '--outputFile',
      output,
      '--forceExit',
      ...only,
    ],
    {
      cwd: directory,
      timeoutMillis: 840_000,
      env: {
        RIMP_OTEL: name,
        NODE_NO_WARNINGS: '1',
        OTLP_EXAMPLES: process.env.OTLP_EXAMPLES ?? resolve('..', 'shared', 'data', 'otlp-examples'),
      },
    },
  );
  try {
    const result = JSON.parse(readFileSync(output, 'utf8')) as {
      numPassedTests: number;
      numFailedTests: number;
      numPendingTests: number;
      numRuntimeErrorTestSuites: number;
    };
    const failed = result.numFailedTests + result.numRuntimeErrorTestSuites;
    return {
      passed: result.numPassedTests,
      failed,
      skipped: result.numPendingTests,
      report: failed === 0 ? '' : stderr.slice(0, 20_000),
    };
  } catch {
    return { passed: 0, failed: 1, skipped: 0, report: stderr.slice(-20_000) };
  }
}
