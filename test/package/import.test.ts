import { readFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { run } from '../helpers/fresh-app.js';

/** The sources that a program loads from this library's build, and how many bytes of code they are. */
async function loadedBy(program: string): Promise<{ readonly sources: readonly string[]; readonly bytes: number }> {
  const print = `console.log(JSON.stringify(Object.keys(require.cache).filter((path) => path.includes('dist'))))`;
  const { stdout, stderr } = await run(process.execPath, ['-e', `${program};${print}`], { cwd: process.cwd() });
  if (stdout === '') throw new Error(stderr);
  const files = JSON.parse(stdout.trim()) as string[];
  const ours = files.filter((path) => path.startsWith(join(process.cwd(), 'dist', 'cjs')));
  const sources = ours.flatMap((path) => {
    const map = JSON.parse(readFileSync(`${path}.map`, 'utf8')) as { readonly sources: readonly string[] };
    return map.sources.map((source) => relative(process.cwd(), join(path, '..', source)));
  });
  return { sources, bytes: ours.reduce((sum, path) => sum + readFileSync(path).length, 0) };
}

/** What is left of a directory when the names of some files are taken away. */
const inside = (sources: readonly string[], directory: string, ...known: readonly string[]): string[] =>
  sources.filter((source) => source.startsWith(`src/${directory}/`) && !known.includes(basename(source)));

describe('importing the package', () => {
  it('loads neither databases, set-up nor OTLP: each comes when it is asked for', async () => {
    const { sources, bytes } = await loadedBy("require('rimp-telemetry')");
    expect(sources).toContain('src/collector/collector.ts');
    expect(inside(sources, 'storage/clickhouse', 'clickhouse-storage.ts', 'place.ts')).toEqual([]);
    expect(inside(sources, 'storage/sql', 'sql-storage.ts')).toEqual([]);
    expect(inside(sources, 'storage/sqlite', 'sqlite-storage.ts')).toEqual([]);
    expect(inside(sources, 'storage/postgres', 'postgres-storage.ts', 'place.ts')).toEqual([]);
    expect(inside(sources, 'setup', 'on-demand.ts', 'start-telemetry.ts', 'node-sdk.ts')).toEqual([]);
    for (const directory of ['otlp', 'receiver', 'ship', 'view', 'cli', 'testing', 'legacy', 'analysis'])
      expect(inside(sources, directory)).toEqual([]);
    expect(bytes).toBeLessThan(360_000);
  });

  it('loads the parts of one database for a collector that stores in it, and no other', async () => {
    const { sources } = await loadedBy("new (require('rimp-telemetry').SqliteStorage)('unused.db')");
    expect(sources).toContain('src/storage/sql/engine.ts');
    expect(inside(sources, 'storage/postgres', 'postgres-storage.ts', 'place.ts')).toEqual([]);
  });
});
