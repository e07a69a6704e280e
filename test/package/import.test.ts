import { readFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { run } from '../helpers/fresh-app.js';

/** What a program loads. */
interface Loaded {
  /** The sources of this library. */
  readonly sources: readonly string[];
  /** How many bytes of code they are. */
  readonly bytes: number;
  /** The names of other packages. */
  readonly packages: readonly string[];
}

/** Runs a program with the library's build, and looks what it has loaded when it ends. */
async function loadedBy(program: string): Promise<Loaded> {
  // the command line may print, and end the process
  const print = `process.on('exit', () => console.log('\\n' + JSON.stringify(Object.keys(require.cache))))`;
  const { stdout, stderr } = await run(process.execPath, ['-e', `${print};${program}`], { cwd: process.cwd() });
  const last = stdout.trimEnd().split('\n').at(-1) ?? '';
  if (!last.startsWith('[')) throw new Error(stderr);
  const files = JSON.parse(last) as string[];
  const ours = files.filter((path) => path.startsWith(join(process.cwd(), 'dist', 'cjs')));
  const sources = ours.flatMap((path) => {
    const map = JSON.parse(readFileSync(`${path}.map`, 'utf8')) as { readonly sources: readonly string[] };
    return map.sources.map((source) => relative(process.cwd(), join(path, '..', source)));
  });
  const packages = new Set(
    files.flatMap((path) => /node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)/.exec(path)?.[1] ?? []),
  );
  return { sources, packages: [...packages], bytes: ours.reduce((sum, path) => sum + readFileSync(path).length, 0) };
}

/** What is left of a directory when the names of some files are taken away. */
const inside = (sources: readonly string[], directory: string, ...known: readonly string[]): string[] =>
  sources.filter((source) => source.startsWith(`src/${directory}/`) && !known.includes(basename(source)));

describe('importing the package', () => {
  it('loads what a collector needs: all else comes when it is asked for', async () => {
    const { sources, bytes } = await loadedBy("require('rimp-telemetry')");
    expect(sources).toContain('src/collector/collector.ts');
    expect(inside(sources, 'storage/clickhouse', 'clickhouse-storage.ts', 'place.ts')).toEqual([]);
    expect(inside(sources, 'storage/sql', 'sql-storage.ts')).toEqual([]);
    expect(inside(sources, 'storage/sqlite', 'sqlite-storage.ts')).toEqual([]);
    expect(inside(sources, 'storage/postgres', 'postgres-storage.ts', 'place.ts')).toEqual([]);
    expect(inside(sources, 'storage/file', 'file-storage.ts', 'file-options.ts')).toEqual([]);
    expect(inside(sources, 'otel/instruments', 'facade-scope.ts', 'instrument-policy.ts')).toEqual([]);
    expect(inside(sources, 'setup', 'start-telemetry.ts', 'node-sdk.ts', 'live-view.ts', 'prometheus.ts')).toEqual([]);
    for (const directory of ['otlp', 'receiver', 'ship', 'view', 'prometheus', 'cli', 'testing', 'legacy', 'analysis'])
      expect(inside(sources, directory)).toEqual([]);
    expect(bytes).toBeLessThan(250_000);
  });

  it('loads the parts of one storage when it is made, and of no other', async () => {
    const { sources } = await loadedBy("new (require('rimp-telemetry').SqliteStorage)('unused.db')");
    expect(sources).toContain('src/storage/sql/engine.ts');
    expect(inside(sources, 'storage/postgres', 'postgres-storage.ts', 'place.ts')).toEqual([]);
    expect(inside(sources, 'storage/file', 'file-storage.ts', 'file-options.ts')).toEqual([]);
  });

  it('loads what reads files only when something is read, and what writes them when something is stored', async () => {
    const files = "const files = new (require('rimp-telemetry').FileStorage)('unused.jsonl')";
    const made = await loadedBy(files);
    expect(inside(made.sources, 'storage/file', 'file-storage.ts', 'file-options.ts')).toEqual([]);
    const read = await loadedBy(`${files}; void files.retrieve()`);
    expect(read.sources).toContain('src/storage/file/file-reader.ts');
    expect(read.sources).not.toContain('src/storage/file/line-writer.ts');
    const written = await loadedBy(
      `${files.replace('unused', '/dev/null/none')}; void files.store(new (require('rimp-telemetry').TelemetryData)()).catch(() => {})`,
    );
    expect(written.sources).toContain('src/storage/file/line-writer.ts');
    expect(written.sources).not.toContain('src/storage/file/file-reader.ts');
  });

  it('loads no other package than the API of OpenTelemetry', async () => {
    const { packages } = await loadedBy("require('rimp-telemetry')");
    expect(packages).toEqual(['@opentelemetry/api']);
  });

  it('starts the command line without the library', async () => {
    const { sources, bytes } = await loadedBy("require('./dist/cjs/cli/main.js')");
    expect(inside(sources, 'collector', 'config-fields.ts')).toEqual([]);
    expect(bytes).toBeLessThan(40_000);
  });
});
